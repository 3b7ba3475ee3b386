#include "config/unused_memory.hpp"

#include <algorithm>
#include <fstream>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace config {

namespace {

/// What a thread takes for itself, with its guard page and its part of the heap.
std::uint64_t thread_bytes() {
  constexpr std::size_t besides_stack = 64 * 1024;
  pthread_attr_t attributes;
  std::size_t stack = 0;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_getstacksize(&attributes, &stack);
  ::pthread_attr_destroy(&attributes);
  return stack + besides_stack;
}

/// `pages` are in use.
std::uint64_t left(int resource, std::uint64_t pages, std::uint64_t threads) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return UINT64_MAX;
  const auto taken =
      pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + threads * thread_bytes();
  return limit.rlim_cur - std::min<std::uint64_t>(limit.rlim_cur, taken);
}

}  // namespace

std::uint64_t unused_memory(std::size_t threads) {
  // All, resident, shared, text, 0, data and stack, in pages (proc(5)).
  constexpr std::uint64_t unknown = UINT64_MAX >> 20;
  std::uint64_t all = unknown, ignored = 0, data = unknown;
  std::ifstream{"/proc/self/statm"} >> all >> ignored >> ignored >> ignored >> ignored >> data;
  return std::min(left(RLIMIT_AS, all, threads), left(RLIMIT_DATA, data, threads));
}

}  // namespace config
