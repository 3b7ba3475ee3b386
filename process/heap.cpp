#include "process/heap.hpp"

#include <algorithm>
#include <cassert>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>  // defines __GLIBC__
#include <ctime>

#include <fcntl.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#include <sys/resource.h>
#if __GLIBC_PREREQ(2, 33)
#define HAS_HEAP_INFORMATION
#endif
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

constexpr std::int64_t growth_min_without_load = std::int64_t{1} << 20;
constexpr std::int64_t growth_min = std::int64_t{32} << 20;

#ifdef HAS_HEAP_INFORMATION
/// Returns 0 where the system does not say it.
std::int64_t resident_bytes() noexcept {
  const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  char text[64]{};
  const auto size = ::read(file, text, sizeof text - 1);
  ::close(file);
  std::int64_t all = 0, resident = 0;
  if (size <= 0 || std::sscanf(text, "%" SCNd64 " %" SCNd64, &all, &resident) != 2)
    return 0;
  return resident * ::sysconf(_SC_PAGESIZE);
}

/// Returns how many bytes are resident and not allocated. The C library counts them piece by piece,
/// which takes longer the more free pieces there are.
std::int64_t unused_bytes() noexcept {
  const auto heap = mallinfo2();
  return resident_bytes() - static_cast<std::int64_t>(heap.uordblks + heap.hblkhd);
}
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
#ifdef HAS_HEAP_INFORMATION
  const auto now = load_since_last(instant::now());
  if (now == load::heavy || !is_worth(now, unused_bytes()))
    return;
  malloc_trim(0);
  trimmed(unused_bytes());
#endif
}

idle_trim::load idle_trim::load_since_last(const instant& now) noexcept {
  const auto processor = now.processor - last_.processor;
  const auto elapsed = now.elapsed - last_.elapsed;
  last_ = now;
  if (processor * 100 < elapsed)
    return load::none;
  return processor * 4 < elapsed ? load::light : load::heavy;
}

bool idle_trim::is_worth(load now, std::int64_t unused) noexcept {
  assert(now != load::heavy);
  least_unused_ = std::min(least_unused_, unused);
  return unused - least_unused_ >= (now == load::none ? growth_min_without_load : growth_min);
}

}  // namespace process
