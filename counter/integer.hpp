#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace counter {

/// Parses an optional `-` or `+` followed by decimal digits. Returns nullopt for
/// anything else (spaces, a fraction, an exponent) and out of the range of int64.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

}  // namespace counter
