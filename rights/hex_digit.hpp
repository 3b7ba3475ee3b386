#pragma once

#include <cstdint>
#include <optional>

namespace rights {

/// Returns the value of a hexadecimal digit of either case; nullopt if it is none.
constexpr std::optional<std::uint8_t> value_of_hex(char digit) noexcept {
  if (digit >= '0' && digit <= '9')
    return static_cast<std::uint8_t>(digit - '0');
  const char lower = static_cast<char>(digit | 0x20);
  if (lower >= 'a' && lower <= 'f')
    return static_cast<std::uint8_t>(lower - 'a' + 10);
  return std::nullopt;
}

}  // namespace rights
