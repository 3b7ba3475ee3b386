#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace counter {

/// What is left of a limit that the tables of all shards share. Thread-safe;
/// lock-free.
class quota {
public:
  explicit quota(std::uint64_t max) noexcept
      : max_(static_cast<std::int64_t>(std::min<std::uint64_t>(max, INT64_MAX))),
        left_(max_) {}

  /// Takes room for `count` more, at least 1. Returns false, and takes nothing, if there is
  /// less.
  bool take(std::int64_t count = 1) noexcept {
    auto left = left_.load(std::memory_order_relaxed);
    while (left >= count)
      if (left_.compare_exchange_weak(left, left - count, std::memory_order_relaxed))
        return true;
    return false;
  }

  /// Gives back the room of take(count).
  void give(std::int64_t count = 1) noexcept { left_.fetch_add(count, std::memory_order_relaxed); }

  /// Takes room for `more` whether or not there is any, or gives room back if `more` is
  /// negative. What is left may become negative; then take() fails.
  void adjust(std::int64_t more) noexcept { left_.fetch_sub(more, std::memory_order_relaxed); }

  /// Returns how much is taken; more than the limit after an adjust() beyond it.
  std::uint64_t used() const noexcept {
    return static_cast<std::uint64_t>(max_ - left_.load(std::memory_order_relaxed));
  }

private:
  const std::int64_t max_;
  std::atomic<std::int64_t> left_;
};

}  // namespace counter
