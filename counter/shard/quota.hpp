#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace counter {

/// How many of something there may be, shared by the tables of all shards.
/// Thread-safe.
class quota {
public:
  explicit quota(std::uint64_t max) noexcept
      : left_(static_cast<std::int64_t>(std::min<std::uint64_t>(max, INT64_MAX))) {}

  /// Takes room for one; false, and nothing taken, when there is none.
  bool take() noexcept {
    auto left = left_.load(std::memory_order_relaxed);
    while (left > 0)
      if (left_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed))
        return true;
    return false;
  }

  /// Gives back room for one that was taken.
  void give() noexcept { left_.fetch_add(1, std::memory_order_relaxed); }

  /// There are so many more, or fewer, and nobody asks whether there is room:
  /// afterwards there may be less than none.
  void adjust(std::int64_t more) noexcept { left_.fetch_sub(more, std::memory_order_relaxed); }

private:
  std::atomic<std::int64_t> left_;
};

}  // namespace counter
