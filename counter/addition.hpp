#pragma once

#include "counter/command.hpp"
#include "counter/parameters.hpp"

#include <cstdint>
#include <optional>

namespace counter {

/// The result of an addition, before it is applied.
struct sum {
  counter::outcome outcome = outcome::ok;  ///< ok, not_found, overflow or limit_reached
  std::int64_t value = 0;                  ///< only if ok
  /// False if clamping leaves the value where it is. Then the operation has no effect
  /// (no new version, no expiry), unless it creates the counter.
  bool applies = true;
};

/// Adds `parameters.operand` to `current`, or to `parameters.initial` if it is nullopt
/// because the counter does not exist. With on_limit::clamp the value moves from there
/// towards the exact sum and stops at the last value within the bounds. If no value on
/// the way is within them it stays; a counter that does not exist is not created out
/// of bounds.
sum add(const parameters& parameters, std::optional<std::int64_t> current) noexcept;

}  // namespace counter
