#include "counterctl/command_line/values.hpp"

#include "counter/duration.hpp"
#include "counter/integer.hpp"
#include "counter/limits.hpp"
#include "counter/name.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace counterctl {

namespace {

// Stands before what is a value, although it looks like a flag, and before what begins with it.
constexpr char value_mark = '\x01';
constexpr std::chrono::hours longest{10 * 365 * 24};

bool is_negative_number(std::string_view text) {
  return text.size() > 1 && text[0] == '-' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Returns where in an argument a value begins that needs a mark. `has_flags`: it may be a flag.
std::optional<std::size_t> begin_of_value(std::string_view text, bool has_flags) {
  if (is_negative_number(text) || text.starts_with(value_mark))
    return 0;
  if (!has_flags || !text.starts_with('-'))
    return std::nullopt;
  // -vt5s
  if (!text.starts_with("--")) {
    const auto begin = text.find(value_mark);
    return begin != text.npos ? std::optional{begin} : std::nullopt;
  }
  const auto begin = text.find('=') + 1;  // 0: there is no value
  const bool needs_mark =
      begin > 0 && (begin == text.size() || text[begin] == '-' || text[begin] == value_mark);
  return needs_mark ? std::optional{begin} : std::nullopt;
}

std::string without_mark(const std::string& text) {
  return text.starts_with(value_mark) ? text.substr(1) : text;
}

bool is_flag(const CLI::App& app, const std::string& text) {
  const bool is_long = text.starts_with("--") && text.size() > 2;
  const bool is_short = text.starts_with('-') && text.size() == 2 && text[1] != '-';
  if (!is_long && !is_short)
    return false;
  const auto* general = app.get_parent();
  return app.get_option_no_throw(text) != nullptr ||
         (general != nullptr && general->get_option_no_throw(text) != nullptr);
}

/// Adds an option whose text `set` takes; it returns what is wrong, otherwise "".
CLI::Option* add(CLI::App& app, const std::string& flags, const std::string& type,
                 const std::string& help, std::function<std::string(const std::string&)> set) {
  const auto name = flags.substr(flags.find_last_of(',') + 1);
  auto* option = app.add_option_function<std::string>(
      flags,
      [&app, name, set = std::move(set)](const std::string& marked) {
        const auto text = without_mark(marked);
        // CLI11 takes the next flag for a value that is missing.
        const bool is_missing =
            name.starts_with('-') && !marked.starts_with(value_mark) && is_flag(app, text);
        const auto fault = is_missing ? "the value is missing" : set(text);
        if (!fault.empty())
          throw CLI::ValidationError(name, fault);
      },
      help);
  option->type_name(type)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  return option;
}

}  // namespace

CLI::Option* add_text(CLI::App& app, const std::string& flags, std::string& value,
                      const std::string& type, const std::string& help) {
  return add(app, flags, type, help, [&value](const std::string& text) {
    value = text;
    return std::string{text.empty() ? "the value is empty" : ""};
  });
}

CLI::Option* add_prefix(CLI::App& app, const std::string& flags, std::string& value,
                        const std::string& type, const std::string& help) {
  return add(app, flags, type, help, [&value](const std::string& text) {
    value = text;
    return std::string{
        text.size() > counter::limits::name_bytes_max ? "a prefix has up to 256 bytes" : ""};
  });
}

CLI::Option* add_integer(CLI::App& app, const std::string& flags,
                         std::optional<std::int64_t>& value, const std::string& help) {
  return add(app, flags, "N", help, [&value](const std::string& text) {
    value = counter::parse_integer(text);
    return value ? std::string{} : text + " is no 64-bit integer";
  });
}

CLI::Option* add_count(CLI::App& app, const std::string& flags, std::size_t& value,
                       const std::string& help) {
  return add(app, flags, "N", help, [&value](const std::string& text) {
    const auto number = counter::parse_integer(text).value_or(0);
    if (number < 1)
      return text + " is no number of 1 or more";
    value = static_cast<std::size_t>(number);
    return std::string{};
  });
}

CLI::Option* add_duration(CLI::App& app, const std::string& flags, std::chrono::milliseconds& value,
                          const std::string& help) {
  return add(app, flags, "T", help, [&value](const std::string& text) {
    const auto duration = counter::parse_duration(text, longest);
    value = duration.value_or(value);
    return duration ? std::string{} : text + " is no time like 10s or 500ms";
  });
}

CLI::Option* add_choice(CLI::App& app, const std::string& flags, std::string& value,
                        const std::vector<std::string>& words, const std::string& help) {
  std::string type;
  for (const auto& word : words)
    type.append(type.empty() ? "" : "|").append(word);
  return add(app, flags, type, help, [&value, words, type](const std::string& text) {
    value = text;
    return std::find(words.begin(), words.end(), text) != words.end()
               ? std::string{}
               : text + " is not one of " + type;
  });
}

namespace {

std::string check_name(const std::string& name) {
  return counter::is_valid_name(name)
             ? std::string{}
             : std::string{"a name has 1 to 256 bytes of UTF-8 without control characters"};
}

}  // namespace

CLI::Option* add_name(CLI::App& app, const std::string& flags, std::string& value,
                      const std::string& help) {
  return add(app, flags, "", help, [&value](const std::string& text) {
    value = text;
    return check_name(text);
  });
}

CLI::Option* add_names(CLI::App& app, const std::string& flags, std::vector<std::string>& values,
                       std::size_t names_max, const std::string& help) {
  auto* option = app.add_option_function<std::vector<std::string>>(
      flags,
      [&values, names_max, flags](const std::vector<std::string>& marked) {
        if (marked.size() > names_max)
          throw CLI::ValidationError(flags, "these are more than " + std::to_string(names_max));
        for (const auto& text : marked) {
          values.push_back(without_mark(text));
          if (const auto fault = check_name(values.back()); !fault.empty())
            throw CLI::ValidationError(flags, fault);
        }
      },
      help);
  return option->type_name("");
}

std::vector<std::string> to_arguments(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  bool has_flags = true;  // up to `--`
  for (int i = 1; i < argc; ++i) {
    std::string text{argv[i]};
    has_flags &= text != "--";
    if (const auto begin = begin_of_value(text, has_flags))
      text.insert(*begin, 1, value_mark);
    arguments.push_back(std::move(text));
  }
  std::reverse(arguments.begin(), arguments.end());
  return arguments;
}

std::string without_marks(std::string text) {
  std::erase(text, value_mark);
  return text;
}

}  // namespace counterctl
