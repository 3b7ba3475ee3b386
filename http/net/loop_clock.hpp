#pragma once

#include "counter/time.hpp"
#include "http/net/clock_origin.hpp"
#include "http/net/steady_clock.hpp"

#include <chrono>
#include <ctime>

namespace http {

/// The clocks of an event loop, read once a pass instead of once a request. Used on the loop's
/// thread.
class loop_clock {
public:
  explicit loop_clock(const clock_origin& origin) noexcept : origin_(origin) {}

  /// Reads all clocks. All other functions return the values of the last refresh().
  void refresh() noexcept {
    now_ = steady_clock::now();
    since_boot_ = since_boot();
    second_ = std::chrono::floor<std::chrono::seconds>(wall()).time_since_epoch().count();
  }

  steady_clock::time_point now() const noexcept { return now_; }

  /// Returns the second of wall(), for the Date of a response: it agrees with the expiry in the
  /// response. The reference stays valid, and its value changes with refresh().
  const std::time_t& second() const noexcept { return second_; }

  /// Returns the time by which counters expire: the origin's wall time plus the time since then,
  /// including suspend. Setting the clock of the machine does not change it.
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
