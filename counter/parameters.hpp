#pragma once

#include "counter/command.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace counter {

/// What an addition does if the sum is out of bounds.
enum class on_limit : std::uint8_t {
  reject,  ///< changes nothing, with outcome limit_reached
  clamp,   ///< moves towards the sum as far as the bounds allow, see add()
};

enum class ttl_mode : std::uint8_t {
  if_absent,  ///< sets an expiry if there is none: a fixed window
  refresh,    ///< sets the expiry anew
  persist,    ///< removes the expiry
};

/// An operation and its options. Two requests with the same idempotency key are the
/// same request if these are equal.
struct parameters {
  counter::operation operation = operation::get;
  std::int64_t operand = 0;           ///< add: the summand; set: the value
  std::int64_t initial = 0;           ///< add: the value at which a missing counter starts
  bool create = true;                 ///< add: whether a missing counter is created
  std::optional<std::int64_t> min{};  ///< add: inclusive bounds of the sum; min <= max
  std::optional<std::int64_t> max{};
  counter::on_limit on_limit = on_limit::reject;
  std::optional<std::chrono::seconds> ttl{};  ///< add, set: time to expiry; 1 to limits::ttl_max
  counter::ttl_mode ttl_mode = ttl_mode::if_absent;  ///< add

  bool operator==(const parameters&) const = default;
};

}  // namespace counter
