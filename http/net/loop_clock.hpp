#pragma once

#include "counter/time.hpp"
#include "http/net/asio.hpp"
#include "http/net/clock_origin.hpp"

#include <chrono>
#include <ctime>

namespace http {

/// The time of an event loop: read once a pass, not once a request.
class loop_clock {
public:
  explicit loop_clock(const clock_origin& origin) noexcept : origin_(origin) {}

  void refresh() noexcept {
    now_ = steady_clock::now();
    since_boot_ = since_boot();
    second_ = std::time(nullptr);
  }

  steady_clock::time_point now() const noexcept { return now_; }

  /// The wall clock's second; the reference stays valid and follows refresh().
  const std::time_t& second() const noexcept { return second_; }

  /// The time that counters expire by: the origin's, and what has passed since then, also
  /// while the machine slept. No counter expires because somebody sets a clock.
  counter::time_point wall() const noexcept {
    return origin_.wall + (since_boot_ - origin_.since_boot);
  }

private:
  const clock_origin origin_;
  steady_clock::time_point now_ = steady_clock::now();
  std::chrono::milliseconds since_boot_ = since_boot();
  std::time_t second_ = 0;
};

}  // namespace http
