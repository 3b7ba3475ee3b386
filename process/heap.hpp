#pragma once

#include <chrono>

namespace process {

/// Makes malloc() reuse the memory of large requests, which it would otherwise map, fault in and
/// unmap for each of them. Does so for glibc; nothing for others. Call it before there are threads.
void reuse_freed_memory();

/// Returns freed memory to the system when the process has nothing to do, so that it does not hold
/// what a burst of requests took.
class idle_trim {
public:
  struct instant {
    std::chrono::nanoseconds elapsed;    ///< CLOCK_MONOTONIC
    std::chrono::nanoseconds processor;  ///< used by all threads so far

    static instant now() noexcept;
  };

  explicit idle_trim(const instant& start = instant::now()) noexcept : last_(start) {}

  /// Trims the heap if step() returns true. Call it every few seconds.
  void check() noexcept;

  /// Returns true once after each time of activity: if the process has used less than a hundredth
  /// of a processor since the last call.
  bool step(const instant& now) noexcept;

private:
  instant last_;
  bool is_trimmed_ = false;
};

}  // namespace process
