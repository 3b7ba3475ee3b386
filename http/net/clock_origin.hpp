#pragma once

#include "counter/time.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace http {

/// How long the machine is up, also while it slept.
inline std::chrono::milliseconds since_boot() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec});
}

/// The instant from which a server counts: one for all of its loops.
struct clock_origin {
  counter::time_point wall;
  std::chrono::milliseconds since_boot;

  /// Now by the wall clock, or `earliest` where that is later: a clock that was
  /// set back between two runs does not turn back the time of the counters.
  static clock_origin now(counter::time_point earliest = {}) noexcept {
    const auto wall =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return {std::max(wall, earliest), http::since_boot()};
  }
};

}  // namespace http
