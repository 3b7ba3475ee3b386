#pragma once

#include "counter/time.hpp"

#include <cstdint>
#include <optional>

namespace counter {

/// A counter at one moment.
struct state {
  std::int64_t value = 0;
  std::uint64_t version = 0;  ///< grows with every change; no two states of a name share one
  std::optional<time_point> expires_at{};

  bool operator==(const state&) const = default;
};

}  // namespace counter
