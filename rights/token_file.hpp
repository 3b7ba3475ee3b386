#pragma once

#include "rights/token_line.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rights {

/// The first fault of a token file. Nothing of a faulty file is used.
struct file_fault {
  std::size_t line;  ///< from 1
  line_problem problem;

  bool operator==(const file_fault&) const = default;
};

/// Parses the text of a token file: UTF-8 with or without a byte order mark, lines that end with LF
/// or CRLF. Empty lines, and those that begin with `#`, are ignored. Two tokens have neither the
/// same name nor the same digest. A file without tokens is good.
std::variant<std::vector<token_entry>, file_fault> parse_token_file(std::string_view text);

/// Returns `text` without the line of the token `name`, otherwise unchanged. Precondition:
/// parse_token_file() accepts `text`.
std::string without_token(std::string_view text, std::string_view name);

}  // namespace rights
