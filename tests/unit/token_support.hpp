#pragma once

#include "rights/digest.hpp"
#include "rights/token.hpp"
#include "rights/token_set.hpp"
#include "tests/base64.hpp"

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
  return "Basic " + base64_of(std::string{user} + ":" + std::string{password});
}

}  // namespace unit
