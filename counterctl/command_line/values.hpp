#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace counterctl {

// Flags and arguments with values that are checked, for CLI11. `flags` is what CLI11 takes:
// `-n,--limit`, or `NAME` for an argument by its place. A variable must outlive the parsing.

CLI::Option* add_text(CLI::App& app, const std::string& flags, std::string& value,
                      const std::string& type, const std::string& help);
/// A prefix of names, which may be empty.
CLI::Option* add_prefix(CLI::App& app, const std::string& flags, std::string& value,
                        const std::string& type, const std::string& help);
CLI::Option* add_integer(CLI::App& app, const std::string& flags,
                         std::optional<std::int64_t>& value, const std::string& help);
CLI::Option* add_count(CLI::App& app, const std::string& flags, std::size_t& value,
                       const std::string& help);
/// A time such as `500ms` or `10s`.
CLI::Option* add_duration(CLI::App& app, const std::string& flags, std::chrono::milliseconds& value,
                          const std::string& help);
/// A value that must be one of `words`.
CLI::Option* add_choice(CLI::App& app, const std::string& flags, std::string& value,
                        const std::vector<std::string>& words, const std::string& help);
/// The name of a counter.
CLI::Option* add_name(CLI::App& app, const std::string& flags, std::string& value,
                      const std::string& help);
CLI::Option* add_names(CLI::App& app, const std::string& flags, std::vector<std::string>& values,
                       std::size_t names_max, const std::string& help);

/// Returns the arguments in the reverse order, as CLI11 takes them. Negative numbers, which it
/// would take for flags, and values as in `--after=-v` or `--key=` are marked; the functions
/// above take the mark away.
std::vector<std::string> to_arguments(int argc, const char* const* argv);

/// Returns the text of a message about arguments, without the marks.
std::string without_marks(std::string text);

}  // namespace counterctl
