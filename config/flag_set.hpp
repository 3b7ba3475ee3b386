#pragma once

#include "config/flag_value.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace config {

struct setting;

/// What --help says about a flag.
struct flag_help {
  std::string type;
  std::string default_value;
  std::string text;
  bool is_reloadable = false;  ///< a change in the config file needs no restart
};

/// Flags whose values come from the command line, or below it from the environment, or
/// below that from the file that the flag `--config` names. CLI11 reads only the command
/// line: its versions differ in what they make of the others, and its messages name
/// neither variables nor lines.
class flag_set {
public:
  /// Stores a value. Returns what is wrong with it, otherwise "".
  using setter = std::function<std::string(const std::string& text)>;

  /// Creates a set with no flag but --config. `app` must outlive it.
  explicit flag_set(CLI::App& app);
  flag_set(const flag_set&) = delete;
  flag_set& operator=(const flag_set&) = delete;

  /// Adds `--name`, which may be given once.
  void add(const std::string& name, const flag_help& help, setter set);
  /// Adds `--name`, which may be given several times, and as an array in the config file.
  void add_repeatable(const std::string& name, const flag_help& help, setter set);

  /// Has values() show what `shown` returns in place of a value, which is a secret.
  void hide(const std::string& name, std::function<std::string(std::string_view value)> shown);

  /// Throws std::runtime_error if a flag in the command line has no value. CLI11 would take
  /// the flag after it for its value.
  void refuse_missing_values(int argc, const char* const* argv) const;

  /// Adds `--name`, which has no value in the command line, and `true` or `false` elsewhere.
  void add_switch(const std::string& name, const std::string& help, bool& value,
                  bool is_reloadable = false);

  /// Sets the flags that the command line has not set: from variables, COUNTERD_MAX_COUNTERS
  /// for `max-counters`, then from the config file. Call it once, after `app` has parsed
  /// the command line.
  void take_environment_and_file();

  /// Returns what is wrong with the values of flags, wherever they come from, and with the config
  /// file: a line for each.
  const std::vector<std::string>& faults() const noexcept { return faults_; }

  /// Returns all flags, sorted by name, but for --config.
  std::vector<flag_value> values() const;

  /// Sets what values() shows for a flag that is not set: its default depends on other things.
  void set_default(const std::string& name, const std::string& value);

  /// Returns the COUNTERD_* variables that set no flag, sorted, with `?` for bytes that are
  /// not printable ASCII.
  std::vector<std::string> unknown_variables() const;

  /// Returns what set a flag, for messages; empty if it has its default value.
  std::string source(const std::string& name) const;

private:
  struct entry {
    std::string name;
    const CLI::Option* option;
    setter set;
    bool is_repeatable;
    bool is_reloadable;
    bool is_switch = false;
    std::vector<std::string> defaults{};
    std::string source{};  ///< the variable or the line of the file that set it
    std::vector<std::string> values{};
    std::function<std::string(std::string_view value)> shown{};  ///< null: as it is

    bool is_set() const;
  };

  void set(const std::string& name, const std::string& text, const std::string& source);
  void take_environment();
  void take_file(const std::string& path);
  void take(const setting& setting, const std::string& source, std::set<std::string>& names,
            const std::set<const entry*>& unset);
  entry* find(const std::string& name);

  CLI::App& app_;
  std::vector<entry> entries_;
  std::vector<std::string> faults_;
  std::string config_file_;
};

}  // namespace config
