#pragma once

#include <atomic>
#include <cstdint>

namespace counter {

/// How many counters there may be, shared by the tables of all shards.
/// Thread-safe.
class quota {
public:
  explicit quota(std::uint64_t counters_max) noexcept : left_(counters_max) {}

  /// Takes room for one counter; false, and nothing taken, when there is none.
  bool take() noexcept {
    auto left = left_.load(std::memory_order_relaxed);
    while (left > 0)
      if (left_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed))
        return true;
    return false;
  }

private:
  std::atomic<std::uint64_t> left_;
};

}  // namespace counter
