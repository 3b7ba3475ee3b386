#pragma once

#include <atomic>
#include <cstdint>

namespace metrics {

/// A number that one thread changes and any thread reads. A change is a load, an addition and a
/// store, none of them locked: a tenth of what an atomic addition takes. Wait-free.
class tally {
public:
  /// Call it on the thread that owns the number.
  void add(std::uint64_t amount = 1) noexcept { set(value() + amount); }
  /// Call it on the thread that owns the number.
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }

  /// Thread-safe.
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_ = 0;
};

}  // namespace metrics
