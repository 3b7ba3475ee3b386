#include "config/flag_value.hpp"

#include "counter/control_character.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace config {

namespace {

/// Where the comments begin, unless the value is longer.
constexpr std::size_t comment_column = 44;

/// Returns a string that config_file reads as `text`.
std::string quoted(std::string_view text) {
  constexpr std::string_view special = "\"\\\t\n\r", escapes = "\"\\tnr";
  std::string result{"\""};
  for (const char c : text) {
    const auto index = special.find(c);
    if (index != special.npos)
      result += '\\';
    result += index == special.npos ? c : escapes[index];
  }
  return result + '"';
}

/// Returns where the value comes from.
std::string origin_of(const flag_value& flag) {
  if (flag.source.empty())
    return flag.values.empty() ? "not set" : "default";
  const auto name = ": " + flag.name;
  return flag.source.ends_with(name) ? flag.source.substr(0, flag.source.size() - name.size())
                                     : flag.source;
}

bool is_bare(std::string_view text) {
  return text == "true" || text == "false" ||
         (!text.empty() && text.find_first_not_of("0123456789") == text.npos);
}

std::string text_of(const std::vector<std::string>& values) {
  if (values.size() == 1)
    return is_bare(values[0]) ? values[0] : quoted(values[0]);
  std::string list;
  for (const auto& value : values)
    list += (list.empty() ? "" : ", ") + quoted(value);
  return "[" + list + "]";
}

}  // namespace

std::vector<flag_value> changed_flags(const std::vector<flag_value>& before,
                                      const std::vector<flag_value>& after) {
  std::vector<flag_value> changed;
  for (const auto& was : before) {
    const auto is = std::find_if(after.begin(), after.end(),
                                 [&](const flag_value& flag) { return flag.name == was.name; });
    // What is left to its default may have another one each time: it depends on the machine.
    const bool is_default = is != after.end() && is->source.empty() && was.source.empty();
    if (is != after.end() && !is_default && is->values != was.values)
      changed.push_back(*is);
  }
  return changed;
}

std::string to_config_file(const std::vector<flag_value>& flags) {
  std::string text;
  for (const auto& flag : flags) {
    // What is not set stays out: some flags need others.
    auto line = (flag.source.empty() ? "# " : "") + flag.name;
    if (!flag.values.empty())
      line += " = " + text_of(flag.values);
    line.resize(std::max(line.size(), comment_column), ' ');
    line += "  # " + origin_of(flag);
    // No more than could pass for another line: what is printed means the same.
    std::replace_if(line.begin(), line.end(), &counter::is_control_character, '?');
    text += line +
            (flag.is_reloadable ? "; SIGHUP applies a change\n" : "; a change needs a restart\n");
  }
  return text;
}

}  // namespace config
