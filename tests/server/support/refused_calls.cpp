// Preloaded into a server (LD_PRELOAD), refuses what the system may refuse: all memory after
// REFUSED_MEMORY_AFTER allocations, and the thread number REFUSED_THREAD. Counts from the beginning
// of main(), which blocks a signal first.

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>

#include <dlfcn.h>
#include <pthread.h>

extern "C" void* __libc_malloc(std::size_t size);  // NOLINT(bugprone-reserved-identifier)

namespace {

std::atomic<bool> is_in_main;
std::atomic<long> allocations_left, threads_left;

long number_in(const char* variable) {
  const char* number = std::getenv(variable);
  return number != nullptr ? std::atol(number) : LONG_MAX;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int sigprocmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  static auto* const real = next<decltype(sigprocmask)>("sigprocmask");
  if (!is_in_main) {
    allocations_left = number_in("REFUSED_MEMORY_AFTER");
    threads_left = number_in("REFUSED_THREAD");
    is_in_main = true;
  }
  return real(how, set, before);
}

void* malloc(std::size_t size) noexcept {
  if (is_in_main && allocations_left.fetch_sub(1) <= 0) {
    errno = ENOMEM;
    return nullptr;
  }
  return __libc_malloc(size);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
  static auto* const real = next<decltype(pthread_create)>("pthread_create");
  if (is_in_main && threads_left.fetch_sub(1) == 1)
    return EAGAIN;
  return real(thread, attributes, start, argument);
}
}
