#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace config {

/// A setting in a config file, or what is wrong with it.
struct setting {
  std::string name;
  std::vector<std::string> values;  ///< the elements of an array, otherwise one value
  std::size_t line;                 ///< where it begins, from 1
  std::string fault{};              ///< `path:line: problem`; then there is neither name nor value

  bool operator==(const setting&) const = default;
};

/// Parses a config file: UTF-8 with or without a byte order mark, comments after `#`, and
/// lines of `name = value` as in TOML. A value is a "string" (with \" \\ \t \n \r), a
/// 'string' (without escapes), a word without quotes (no spaces, quotes or #), or an array
/// of these, which may be several lines long. There are no sections. Goes on behind a line that
/// is wrong.
std::vector<setting> parse_config(std::string_view text, const std::string& path);

/// Reads and parses a config file of up to 1 MiB. If it cannot be read, that is the only
/// fault.
std::vector<setting> read_config_file(const std::string& path);

}  // namespace config
