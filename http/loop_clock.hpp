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
    date_.refresh(std::time(nullptr));
  }

  /// The time that counters expire by: the wall clock's when the program started,
  /// and what has passed since. Nobody's counters expire because a clock is set.
  counter::time_point wall() const noexcept {
    return origin().wall +
           std::chrono::duration_cast<std::chrono::milliseconds>(now_ - origin().steady);
  }

  steady_clock::time_point now() const noexcept { return now_; }
  const http::date& date() const noexcept { return date_; }

private:
  struct instant {
    counter::time_point wall;
    steady_clock::time_point steady;
  };

  /// The same for all loops.
  static const instant& origin() noexcept {
    static const instant start{
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()),
        steady_clock::now()};
    return start;
  }

  steady_clock::time_point now_ = steady_clock::now();
  http::date date_;
};

}  // namespace http
