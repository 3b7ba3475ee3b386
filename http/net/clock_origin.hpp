#pragma once

#include "counter/time.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace http {

/// Returns the time since the machine started, including suspend (CLOCK_BOOTTIME).
inline std::chrono::milliseconds since_boot() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec});
}

/// The same instant on two clocks. All event loops of a server measure time from one origin.
struct clock_origin {
  counter::time_point wall;
  std::chrono::milliseconds since_boot;

  /// Returns the current time, or `earliest` if the wall clock is behind it: setting the clock back
  /// between two runs does not turn back the time of the counters.
  static clock_origin now(counter::time_point earliest = {}) noexcept {
    const auto wall =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return {std::max(wall, earliest), http::since_boot()};
  }
};

}  // namespace http
