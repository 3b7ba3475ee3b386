#pragma once

#include "counter/limits.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace counter {

/// Says when refused clients should come back: around the time that their mailbox needs for what
/// is in it, each at another one, or they would come back together. Used by one thread.
class retry_delay {
public:
  explicit retry_delay(std::uint64_t seed) noexcept : state_(seed | 1) {}

  /// Returns `wait`, rounded up to a second and within limits, times 0.5 to 1.5: whole seconds from
  /// limits::retry_after_min to limits::retry_after_max.
  std::chrono::seconds operator()(std::chrono::nanoseconds wait) noexcept {
    using std::chrono::milliseconds;
    constexpr auto least = limits::retry_after_min;
    // Not more, or many would be told the maximum.
    constexpr auto most = limits::retry_after_max * 2 / 3;
    const auto base = std::chrono::ceil<std::chrono::seconds>(
        std::clamp<std::chrono::nanoseconds>(wait, least, most));
    const milliseconds varied{base.count() * static_cast<std::int64_t>(501 + next() % 1000)};
    return std::chrono::ceil<std::chrono::seconds>(varied);
  }

private:
  /// Marsaglia, "Xorshift RNGs", 2003.
  std::uint64_t next() noexcept {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ >> 16;
  }

  std::uint64_t state_;
};

}  // namespace counter
