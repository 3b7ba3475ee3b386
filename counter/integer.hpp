#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace counter {

/// An optional `-` or `+` and decimal digits, within int64; nothing else: no
/// spaces, no fraction, no exponent.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

}  // namespace counter
