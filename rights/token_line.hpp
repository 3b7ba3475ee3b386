#pragma once

#include "rights/digest.hpp"
#include "rights/grant.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace rights {

/// A token as the server knows it: what it gives, and its digest. The token itself is stored
/// nowhere.
struct token_entry {
  rights::grant grant{};
  rights::digest digest{};

  bool operator==(const token_entry&) const = default;
};

/// Why a line is refused. It repeats nothing of the line, in which there may be a token.
using line_problem = std::string;

/// Parses a line of a token file, without its line end: words with spaces or tabs between them,
///
///     NAME sha256:DIGEST SCOPES [prefix=P,...] [delta=A..B] [expires=TIME]
///
/// The options may be in any order, each once. `delta` needs the scope add.
std::variant<token_entry, line_problem> parse_token_line(std::string_view line);

/// Returns the line that parse_token_line() makes `entry` of, without a line end.
std::string to_line(const token_entry& entry);

}  // namespace rights
