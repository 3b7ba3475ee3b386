#pragma once

#include <cstddef>

namespace rights {

/// Every limit of tokens and their file, each with the reason for its number.
struct limits {
  /// A line is about 150 bytes: the file is read within a millisecond or two.
  static constexpr std::size_t tokens_max = 10'000;
  /// Comments and empty lines are allowed beside the tokens, one for each.
  static constexpr std::size_t lines_max = 2 * tokens_max;
  /// Holds several prefixes of 256 bytes, each byte of which may be percent-encoded.
  static constexpr std::size_t line_bytes_max = 4096;
  /// A name is for people and their logs.
  static constexpr std::size_t name_bytes_max = 64;
  /// Each request of a token is compared with all of its prefixes.
  static constexpr std::size_t prefixes_max = 16;
  /// Prefixes of --public, and of --public-hit: each request for a badge is compared with all.
  static constexpr std::size_t public_prefixes_max = 100;
};

}  // namespace rights
