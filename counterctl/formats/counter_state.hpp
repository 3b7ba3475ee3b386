#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace counterctl {

/// A counter as the server describes it.
struct counter_state {
  std::string name;
  std::int64_t value = 0;
  std::optional<std::int64_t> previous{};  ///< of a change
  std::uint64_t version = 0;
  std::string expires_at{};  ///< RFC 3339, as the server writes it; empty: never
};

}  // namespace counterctl
