#pragma once

#include "counter/command.hpp"
#include "counter/parameters.hpp"

#include <cstdint>
#include <optional>

namespace counter {

/// What an addition comes to, before it is carried out.
struct sum {
  counter::outcome outcome = outcome::ok;  ///< ok, not_found, overflow or limit_reached
  std::int64_t value = 0;                  ///< only when ok
  /// False when clamped to no movement: then nothing of the operation applies,
  /// unless it creates the counter.
  bool applies = true;
};

/// Adds to a counter that is `current`; null where it does not exist. A clamped
/// addition moves from there towards the exact sum and stops at the last value
/// within the bounds; where there is none on the way it stays.
sum add(const parameters& how, std::optional<std::int64_t> current) noexcept;

}  // namespace counter
