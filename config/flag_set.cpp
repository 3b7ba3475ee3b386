#include "config/flag_set.hpp"

#include "config/config_file.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace config {

namespace {

constexpr const char* config_flag = "config";

constexpr std::string_view variable_prefix = "COUNTERD_";
// The client's, which may be set for all that a user runs.
constexpr std::array<std::string_view, 3> client_variables = {"COUNTERD_URL", "COUNTERD_TOKEN",
                                                              "COUNTERD_TOKEN_FILE"};

std::string environment_name(std::string flag) {
  std::replace(flag.begin(), flag.end(), '-', '_');
  std::transform(flag.begin(), flag.end(), flag.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return std::string{variable_prefix} + flag;
}

/// Adds the name of its variable to each flag.
class formatter : public CLI::Formatter {
public:
  std::string make_option_opts(const CLI::Option* option) const override {
    auto text = CLI::Formatter::make_option_opts(option);
    const auto has_variable = [](const std::string& name) {
      return name != "help" && name != "version";
    };
    if (option->nonpositional() && has_variable(option->get_lnames().front()))
      text += " (Env:" + environment_name(option->get_lnames().front()) + ")";
    return text;
  }
};

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n\v\f") == text.npos;
}

}  // namespace

flag_set::flag_set(CLI::App& app) : app_(app) {
  app.formatter(std::make_shared<formatter>());
  add(config_flag, {"FILE", "", "Read flags from this file: lines of `flag = value`"},
      [this](const std::string& text) {
        config_file_ = text;
        return std::string{};
      });
}

void flag_set::add(const std::string& name, const flag_help& help, setter set) {
  const auto* option =
      app_.add_option_function<std::string>(
              "--" + name,
              [this, name](const std::string& text) { this->set(name, text, "--" + name); },
              help.text)
          ->type_name(help.type)
          ->default_str(help.default_value);
  entries_.push_back({name, option, std::move(set), /*is_repeatable=*/false, help.is_reloadable});
  set_default(name, help.default_value);
}

void flag_set::add_repeatable(const std::string& name, const flag_help& help, setter set) {
  const auto* option = app_.add_option_function<std::vector<std::string>>(
                               "--" + name,
                               [this, name](const std::vector<std::string>& values) {
                                 for (const auto& text : values)
                                   this->set(name, text, "--" + name);
                               },
                               help.text)
                           ->type_name(help.type)
                           ->default_str(help.default_value);
  entries_.push_back({name, option, std::move(set), /*is_repeatable=*/true, help.is_reloadable});
  set_default(name, help.default_value);
}

void flag_set::add_switch(const std::string& name, const std::string& help, bool& value,
                          bool is_reloadable) {
  const auto* option = app_.add_flag_callback(
      "--" + name, [this, name] { set(name, "true", "--" + name); }, help);
  auto set = [&value](const std::string& text) {
    value = text == "true";
    return value || text == "false" ? std::string{} : text + " is neither true nor false";
  };
  entries_.push_back(
      {name, option, std::move(set), /*is_repeatable=*/false, is_reloadable, /*is_switch=*/true});
  set_default(name, "false");
}

void flag_set::hide(const std::string& name,
                    std::function<std::string(std::string_view value)> shown) {
  find(name)->shown = std::move(shown);
}

void flag_set::set_default(const std::string& name, const std::string& value) {
  if (!value.empty())
    find(name)->defaults = {value};
}

/// Sets a flag. `source` is for the message if the value is bad.
void flag_set::set(const std::string& name, const std::string& text, const std::string& source) {
  auto& flag = *find(name);
  flag.values.push_back(text);
  // More likely a variable that was to be expanded than a wish for the default.
  const auto problem = is_blank(text) ? "the value is empty" : flag.set(text);
  if (!problem.empty())
    faults_.push_back(source + ": " + problem);
}

void flag_set::refuse_missing_values(int argc, const char* const* argv) const {
  for (int i = 1; i < argc && argv[i] != std::string_view{"--"}; ++i) {
    const std::string_view argument = argv[i];
    const auto name = argument.substr(0, argument.find('='));
    const bool has_equals = name.size() < argument.size();
    const bool lacks_value = has_equals
                                 ? name.size() + 1 == argument.size()
                                 : i + 1 < argc && std::string_view{argv[i + 1]}.starts_with("--");
    for (const auto& each : entries_) {
      if (name != "--" + each.name)
        continue;
      if (each.is_switch && has_equals)
        throw std::runtime_error(std::string{name} + " takes no value here");
      if (lacks_value && !each.is_switch)
        throw std::runtime_error(std::string{name} + ": the value is missing");
    }
  }
}

void flag_set::take_environment_and_file() {
  take_environment();
  if (!config_file_.empty())
    take_file(config_file_);
}

void flag_set::take_environment() {
  for (auto& each : entries_) {
    const auto name = environment_name(each.name);
    const char* value = std::getenv(name.c_str());
    if (each.is_set() || value == nullptr)
      continue;
    each.source = name;
    set(each.name, value, name);
  }
}

void flag_set::take_file(const std::string& path) {
  std::set<std::string> names;
  std::set<const entry*> unset;
  for (const auto& each : entries_)
    if (!each.is_set())
      unset.insert(&each);
  for (const auto& setting : read_config_file(path))
    if (setting.fault.empty())
      take(setting, path + ":" + std::to_string(setting.line) + ": " + setting.name, names, unset);
    else
      faults_.push_back(setting.fault);
}

/// Sets a flag of the config file, unless it is not among those that are `unset`. `names` are those
/// that the file has had before.
void flag_set::take(const setting& setting, const std::string& source, std::set<std::string>& names,
                    const std::set<const entry*>& unset) {
  auto* flag = find(setting.name);
  const bool is_first = names.insert(setting.name).second;
  if (flag == nullptr || flag->name == config_flag)
    return faults_.push_back(source + ": there is no such flag for a file");
  if (!flag->is_repeatable && (!is_first || setting.values.size() != 1))
    return faults_.push_back(source + ": the flag has exactly one value");
  if (!unset.contains(flag))
    return;
  if (setting.values.empty())
    return faults_.push_back(source + ": the array is empty");
  flag->source = source;
  for (const auto& value : setting.values)
    set(flag->name, value, source);
}

std::vector<flag_value> flag_set::values() const {
  std::vector<flag_value> values;
  for (const auto& each : entries_) {
    if (each.name == config_flag)
      continue;
    values.push_back({each.name, each.is_set() ? each.values : each.defaults, source(each.name),
                      each.is_reloadable});
    if (each.shown)
      for (auto& value : values.back().values)
        value = each.shown(value);
  }
  std::sort(values.begin(), values.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  return values;
}

std::vector<std::string> flag_set::unknown_variables() const {
  std::vector<std::string> names;
  for (auto variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    std::string name{text.substr(0, text.find('='))};
    const bool is_flag = std::any_of(entries_.begin(), entries_.end(), [&name](const entry& each) {
      return environment_name(each.name) == name;
    });
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c <= ' ' || c > '~'; }, '?');
    const bool is_of_client =
        std::count(client_variables.begin(), client_variables.end(), name) > 0;
    if (name.starts_with(variable_prefix) && !is_flag && !is_of_client)
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string flag_set::source(const std::string& name) const {
  for (const auto& each : entries_)
    if (each.name == name)
      return each.option->count() > 0 ? "--" + name : each.source;
  return {};
}

flag_set::entry* flag_set::find(const std::string& name) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&name](const entry& each) { return each.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

bool flag_set::entry::is_set() const {
  return option->count() > 0 || !source.empty();
}

}  // namespace config
