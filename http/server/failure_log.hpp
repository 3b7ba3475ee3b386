#pragma once

#include "http/net/timers.hpp"

#include <cstddef>

namespace http {

/// Logs how many requests of a loop were refused with 401: one line a second at most, with nothing
/// of the requests. Used on the loop's thread.
class failure_log {
public:
  /// Borrows `timers`.
  explicit failure_log(timers& timers) : timers_(timers) {}
  /// Logs what is not logged yet.
  ~failure_log() { write(); }
  failure_log(const failure_log&) = delete;
  failure_log& operator=(const failure_log&) = delete;

  /// Counts one request.
  void add();

private:
  void write();

  timers& timers_;
  std::size_t count_ = 0;
};

}  // namespace http
