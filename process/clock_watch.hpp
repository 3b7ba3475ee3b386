#pragma once

#include "counter/time.hpp"

#include <chrono>
#include <optional>

namespace process {

/// Notices that somebody sets the wall clock while the server runs: the counters go by the time
/// of the start and what has passed since then.
class clock_watch {
public:
  struct instant {
    counter::time_point wall;
    std::chrono::milliseconds since_boot;  ///< including suspend (CLOCK_BOOTTIME)

    static instant now() noexcept;
  };

  explicit clock_watch(const instant& start) noexcept : start_(start) {}

  /// Logs a line if step() returns one.
  void check();

  /// Returns how far the wall clock is ahead of the time since the start, negative if it is
  /// behind. Returns nullopt if that is within a day of what the last call returned, at first
  /// of 0, or if that call was less than an hour ago.
  std::optional<std::chrono::milliseconds> step(const instant& now) noexcept;

private:
  const instant start_;
  std::chrono::milliseconds reported_{0};
  std::optional<std::chrono::milliseconds> reported_at_{};  // since boot
};

}  // namespace process
