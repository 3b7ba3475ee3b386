#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Encodes `text` in base64, with padding (RFC 4648 section 4).
inline std::string base64_of(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      encoded += i + j <= text.size() ? digits[bits >> (18 - 6 * j) & 63] : '=';
  }
  return encoded;
}
