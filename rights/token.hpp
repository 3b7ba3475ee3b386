#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rights {

// A token is `ctr_`, 32 random characters of 0-9, A-Z and a-z, which have 190 bits, and 6 more that
// are the CRC-32 of everything before them. Programs that look for leaked secrets recognize it, and
// a mistyped one is refused without a look-up.

inline constexpr std::string_view token_prefix = "ctr_";
inline constexpr std::size_t token_random_chars = 32;
inline constexpr std::size_t token_check_chars = 6;
inline constexpr std::size_t token_bytes =
    token_prefix.size() + token_random_chars + token_check_chars;

/// Returns a new token, from the random numbers of the kernel. Throws std::system_error if it has
/// none. Thread-safe.
std::string make_token();

/// Returns true if `text` has the form of a token and the right CRC-32.
bool is_well_formed_token(std::string_view text) noexcept;

}  // namespace rights
