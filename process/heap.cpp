#include "process/heap.hpp"

#include <cstdio>
#include <cstdlib>  // defines __GLIBC__
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

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

constexpr std::size_t growth_min = std::size_t{32} << 20;

/// Returns 0 where the system does not say it.
std::size_t resident_bytes() noexcept {
  const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  char text[64]{};
  const auto size = ::read(file, text, sizeof text - 1);
  ::close(file);
  std::size_t all = 0, resident = 0;
  if (size <= 0 || std::sscanf(text, "%zu %zu", &all, &resident) != 2)
    return 0;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

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
  return {read(CLOCK_MONOTONIC), read(CLOCK_PROCESS_CPUTIME_ID), resident_bytes()};
}

void idle_trim::check() noexcept {
  if (!step(instant::now()))
    return;
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  trimmed(resident_bytes());
}

bool idle_trim::step(const instant& now) noexcept {
  const auto processor = now.processor - last_.processor;
  const auto elapsed = now.elapsed - last_.elapsed;
  last_ = now;
  if (processor * 100 < elapsed)
    return !std::exchange(is_trimmed_, true);
  is_trimmed_ = false;
  return processor * 4 < elapsed && now.resident >= resident_ + growth_min;
}

}  // namespace process
