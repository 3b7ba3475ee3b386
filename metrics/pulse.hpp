#pragma once

#include <atomic>
#include <chrono>

namespace metrics {

/// Shows since when a thread has been working on what it has begun. One thread writes it, any
/// thread reads it. Wait-free.
class pulse {
public:
  using clock = std::chrono::steady_clock;

  /// Reports that the thread has begun. Call it on the thread that owns the pulse.
  void begin(clock::time_point now) noexcept {
    since_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }
  /// Reports that nothing is left to do. Call it on the thread that owns the pulse.
  void end() noexcept { since_.store(0, std::memory_order_relaxed); }

  /// Returns how long the thread has been working; 0 if there is nothing to do. Thread-safe.
  clock::duration busy_for(clock::time_point now) const noexcept {
    const clock::time_point since{clock::duration{since_.load(std::memory_order_relaxed)}};
    // Threads do not read their clocks at the same instant.
    return since == clock::time_point{} || now < since ? clock::duration{} : now - since;
  }

private:
  std::atomic<clock::rep> since_ = 0;  // 0: nothing to do
};

}  // namespace metrics
