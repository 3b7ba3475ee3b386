#pragma once

#include <chrono>
#include <cstddef>

namespace process {

/// Makes malloc() reuse the memory of large requests, which it would otherwise map, fault in and
/// unmap for each of them. Does so for glibc; nothing for others. Call it before there are threads.
void reuse_freed_memory();

/// Returns freed memory to the system when the process has little to do, so that it does not hold
/// what a burst of requests took. A trim takes some milliseconds, in which requests may wait.
class idle_trim {
public:
  struct instant {
    std::chrono::nanoseconds elapsed;    ///< CLOCK_MONOTONIC
    std::chrono::nanoseconds processor;  ///< used by all threads so far
    std::size_t resident;                ///< bytes

    static instant now() noexcept;
  };

  explicit idle_trim(const instant& start = instant::now()) noexcept : last_(start) {}

  /// Trims the heap if step() returns true. Call it every few seconds.
  void check() noexcept;

  /// Returns true once after each time of activity: if the process has used less than a hundredth
  /// of a processor since the last call. Returns true also if it has used less than a quarter of
  /// one, and 32 MiB more are resident than after the last trim.
  bool step(const instant& now) noexcept;

  /// To be called after a trim with the bytes that are resident then.
  void trimmed(std::size_t resident) noexcept { resident_ = resident; }

private:
  instant last_;
  std::size_t resident_ = last_.resident;  // after the last trim
  bool is_trimmed_ = false;                // since the last time of activity
};

}  // namespace process
