#pragma once

#include <chrono>
#include <cstdint>

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

    static instant now() noexcept;
  };

  /// Of one processor: less than a hundredth, less than a quarter, or more.
  enum class load : std::uint8_t { none, light, heavy };

  explicit idle_trim(const instant& start = instant::now()) noexcept : last_(start) {}

  /// Trims the heap if that is worth it. Call it every few seconds.
  void check() noexcept;

  /// Returns the load since the last call, or since the start.
  load load_since_last(const instant& now) noexcept;

  /// Returns true if a trim is worth it. `unused` is how many bytes are resident and not
  /// allocated. It may be negative, because what is allocated need not be resident. It must be
  /// more than its least value since the last trim, which is what a trim leaves: by 1 MiB if there
  /// is no load, by 32 MiB if it is light. Precondition: the load is not heavy.
  bool is_worth(load now, std::int64_t unused) noexcept;

  /// To be called after a trim with what is unused then.
  void trimmed(std::int64_t unused) noexcept { least_unused_ = unused; }

private:
  instant last_;
  std::int64_t least_unused_ = 0;
};

}  // namespace process
