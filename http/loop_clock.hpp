#pragma once

#include "counter/time.hpp"
#include "http/asio.hpp"
#include "http/date.hpp"

#include <chrono>
#include <ctime>

namespace http {

/// The time of an event loop: read once a pass, not once a request.
class loop_clock {
public:
  void refresh() noexcept {
    now_ = steady_clock::now();
    since_boot_ = read_since_boot();
    date_.refresh(std::time(nullptr));
  }

  steady_clock::time_point now() const noexcept { return now_; }
  const http::date& date() const noexcept { return date_; }

  /// The time that counters expire by: the wall clock's when the program started,
  /// and what has passed since, also while the machine slept. Nobody's counters
  /// expire because a clock is set.
  counter::time_point wall() const noexcept {
    return origin().wall + (since_boot_ - origin().since_boot);
  }

private:
  using milliseconds = std::chrono::milliseconds;

  struct instant {
    counter::time_point wall;
    milliseconds since_boot;
  };

  static milliseconds read_since_boot() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::duration_cast<milliseconds>(std::chrono::seconds{time.tv_sec} +
                                                    std::chrono::nanoseconds{time.tv_nsec});
  }

  /// The same for all loops.
  static const instant& origin() noexcept {
    static const instant start{
        std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()),
        read_since_boot()};
    return start;
  }

  steady_clock::time_point now_ = steady_clock::now();
  milliseconds since_boot_ = read_since_boot();
  http::date date_;
};

}  // namespace http
