#pragma once

#include "counter/command.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace counter {

/// What an addition does when its result would be out of bounds.
enum class on_limit : std::uint8_t {
  reject,  ///< nothing
  clamp,   ///< move towards the sum as far as the bounds allow
};

enum class ttl_mode : std::uint8_t {
  if_absent,  ///< expire after `ttl` if no expiry is set: a fixed window
  refresh,    ///< expire after `ttl`, whatever was set
  persist,    ///< never expire
};

/// What is to be done to a counter, in full. Two requests with one idempotency
/// key are the same if these are equal.
struct parameters {
  counter::operation operation = operation::get;
  std::int64_t operand = 0;           ///< add: the delta; set: the value
  std::int64_t initial = 0;           ///< add: where a missing counter starts
  bool create = true;                 ///< add: whether a missing counter is created
  std::optional<std::int64_t> min{};  ///< add: bounds of the result; min <= max
  std::optional<std::int64_t> max{};
  counter::on_limit on_limit = on_limit::reject;
  std::optional<std::chrono::seconds> ttl{};         ///< add, set: 1 to limits::ttl_max
  counter::ttl_mode ttl_mode = ttl_mode::if_absent;  ///< add

  bool operator==(const parameters&) const = default;
};

}  // namespace counter
