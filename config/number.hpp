#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace config {

/// Parses decimal digits; leading zeros have no meaning: `010` is 10. Returns nullopt for
/// anything else (a sign, spaces, `0x10`, `1_000`) and outside of `min` to `max`.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t min,
                                          std::uint64_t max) noexcept;

}  // namespace config
