// Preloaded into a server (LD_PRELOAD), counts the system calls of its event
// loops and prints the numbers at its exit: `calls: send=5 recv=6 ...`.

#include <atomic>
#include <cstdio>

#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/types.h>

namespace {

std::atomic<long> sends, recvs, epoll_waits, epoll_ctls, timers;

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

[[gnu::destructor]] void report() {
  std::fprintf(stderr,
               "calls: send=%ld recv=%ld epoll_wait=%ld epoll_ctl=%ld timerfd_settime=%ld\n",
               sends.load(), recvs.load(), epoll_waits.load(), epoll_ctls.load(), timers.load());
}

}  // namespace

extern "C" {

ssize_t send(int socket, const void* bytes, std::size_t size, int flags) {
  static auto* const real = next<decltype(send)>("send");
  ++sends;
  return real(socket, bytes, size, flags);
}

ssize_t recv(int socket, void* bytes, std::size_t size, int flags) {
  static auto* const real = next<decltype(recv)>("recv");
  ++recvs;
  return real(socket, bytes, size, flags);
}

int epoll_wait(int set, epoll_event* events, int events_max, int timeout) {
  static auto* const real = next<decltype(epoll_wait)>("epoll_wait");
  ++epoll_waits;
  return real(set, events, events_max, timeout);
}

int epoll_ctl(int set, int operation, int descriptor, epoll_event* event) noexcept {
  static auto* const real = next<decltype(epoll_ctl)>("epoll_ctl");
  ++epoll_ctls;
  return real(set, operation, descriptor, event);
}

int timerfd_settime(int timer, int flags, const itimerspec* value, itimerspec* old) noexcept {
  static auto* const real = next<decltype(timerfd_settime)>("timerfd_settime");
  ++timers;
  return real(timer, flags, value, old);
}
}
