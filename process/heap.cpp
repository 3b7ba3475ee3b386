#include "process/heap.hpp"

#include <cstdlib>  // defines __GLIBC__
#include <ctime>
#include <utility>

#ifdef __GLIBC__
#include <malloc.h>
#include <sys/resource.h>
#endif

namespace process {

namespace {

#ifdef __GLIBC__
/// A batch of 1000 operations takes half a MiB in several pieces. What is larger belongs to tables
/// that grow, and goes back to the system as soon as it is freed.
constexpr int mmap_threshold = 4 << 20;
/// The batches that a few dozen connections have at a time.
constexpr int trim_threshold = 16 << 20;
#endif

std::chrono::nanoseconds read(clockid_t clock) noexcept {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace

void reuse_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, mmap_threshold);
  mallopt(M_TRIM_THRESHOLD, trim_threshold);
  // A heap for each thread reserves 64 MiB of addresses.
  if (rlimit limit{}; getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    mallopt(M_ARENA_MAX, 1);
#endif
}

idle_trim::instant idle_trim::instant::now() noexcept {
  return {read(CLOCK_MONOTONIC), read(CLOCK_PROCESS_CPUTIME_ID)};
}

void idle_trim::check() noexcept {
  if (!step(instant::now()))
    return;
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

bool idle_trim::step(const instant& now) noexcept {
  const bool is_idle = (now.processor - last_.processor) * 100 < now.elapsed - last_.elapsed;
  last_ = now;
  if (!is_idle) {
    is_trimmed_ = false;
    return false;
  }
  return !std::exchange(is_trimmed_, true);
}

}  // namespace process
