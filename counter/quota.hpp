#pragma once

#include <atomic>
#include <cstdint>

namespace counter {

/// How many of something there may be, shared by the tables of all shards.
/// Thread-safe.
class quota {
public:
  explicit quota(std::uint64_t max) noexcept : left_(max) {}

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

private:
  std::atomic<std::uint64_t> left_;
};

}  // namespace counter
