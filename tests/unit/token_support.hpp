#pragma once

#include "rights/digest.hpp"
#include "rights/token.hpp"
#include "rights/token_set.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unit {

/// A token and what it gives.
struct issued_token {
  std::string text = rights::make_token();
  rights::grant grant{};

  std::string bearer() const { return "Bearer " + text; }
};

inline std::shared_ptr<const rights::token_set> set_of(const std::vector<issued_token>& tokens) {
  rights::hasher hasher;
  std::vector<rights::token_entry> entries;
  for (const auto& token : tokens)
    entries.push_back({token.grant, hasher.hash(token.text)});
  return std::make_shared<const rights::token_set>(std::move(entries));
}

/// Encodes user and password as Basic does.
inline std::string basic(std::string_view user, std::string_view password) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto text = std::string{user} + ":" + std::string{password};
  std::string encoded = "Basic ";
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      encoded += i + j <= text.size() ? digits[bits >> (18 - 6 * j) & 63] : '=';
  }
  return encoded;
}

}  // namespace unit
