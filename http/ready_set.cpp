#include "http/ready_set.hpp"

#include <boost/system/system_error.hpp>

#include <array>
#include <cerrno>

#include <sys/epoll.h>

namespace http {

namespace {

/// Connections in one pass: enough that a pass is worth its end.
constexpr std::size_t pass_max = 512;
/// Passes before timers, other loops and new connections get their turn.
constexpr int passes_in_a_row_max = 16;

int make_set() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0)
    throw boost::system::system_error(errno, boost::system::system_category(), "epoll");
  return set;
}

}  // namespace

ready_set::ready_set(asio::io_context& io, http::courier& courier)
    : set_(io, make_set()),
      courier_(courier) {}

bool ready_set::watch(int descriptor, pollable& connection) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &connection;
  const int set = set_.native_handle();
  return ::epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) == 0 ||
         (errno == EEXIST && ::epoll_ctl(set, EPOLL_CTL_MOD, descriptor, &event) == 0);
}

void ready_set::wait() {
  set_.async_wait(epoll_descriptor::wait_read, [this](error_code error) {
    if (!error)
      run_passes();
  });
}

void ready_set::run_passes() {
  // One connection alone is served soonest by going back to wait for it.
  for (int i = 0; i < passes_in_a_row_max; ++i)
    if (run_pass() <= 1)
      break;
  wait();
}

int ready_set::run_pass() {
  std::array<epoll_event, pass_max> events;
  const courier::pass pass{courier_};
  const int ready =
      ::epoll_wait(set_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < ready; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    const bool ended = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    static_cast<pollable*>(event.data.ptr)
        ->on_ready({.readable = ended || (event.events & EPOLLIN) != 0,
                    .writable = (event.events & EPOLLOUT) != 0,
                    .ended = ended});
  }
  return ready;
}

}  // namespace http
