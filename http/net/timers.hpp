#pragma once

#include "http/net/loop_clock.hpp"

#include <chrono>
#include <functional>
#include <map>

namespace http {

/// The delayed tasks of an event loop: a handful, such as the expiry sweep. The deadlines of
/// connections are in `deadlines`. The loop waits until next() at most. Used on the loop's thread.
class timers {
public:
  explicit timers(const loop_clock& clock) : clock_(clock) {}

  /// Has run() call `task` once, `delay` after the loop clock's time. It must not throw.
  void add(std::chrono::milliseconds delay, std::function<void()> task);

  /// Returns the time of the earliest task; time_point::max() if there is none.
  steady_clock::time_point next() const noexcept {
    return tasks_.empty() ? steady_clock::time_point::max() : tasks_.begin()->first;
  }

  /// Runs every task that is due by the loop clock, in order of time. Tasks that these add wait for
  /// the next call.
  void run();

private:
  std::multimap<steady_clock::time_point, std::function<void()>> tasks_;
  const loop_clock& clock_;
};

}  // namespace http
