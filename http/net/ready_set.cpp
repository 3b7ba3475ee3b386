#include "http/net/ready_set.hpp"

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <limits>

#include <unistd.h>

namespace http {

namespace {

int make_set() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0)
    throw boost::system::system_error(errno, boost::system::system_category(), "epoll");
  return set;
}

/// Rounds up to the milliseconds of epoll_wait(): rounding down would make the loop spin.
int timeout(steady_clock::duration duration) {
  using std::chrono::milliseconds;
  constexpr milliseconds longest{std::numeric_limits<int>::max()};
  if (duration > longest)
    return static_cast<int>(longest.count());
  const auto rounded = std::chrono::ceil<milliseconds>(duration);
  return static_cast<int>(std::max(rounded, milliseconds::zero()).count());
}

}  // namespace

ready_set::ready_set() : set_(make_set()) {}

ready_set::~ready_set() {
  ::close(set_);
}

bool ready_set::watch(int descriptor, pollable& owner) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &owner;
  return ::epoll_ctl(set_, EPOLL_CTL_ADD, descriptor, &event) == 0 ||
         (errno == EEXIST && ::epoll_ctl(set_, EPOLL_CTL_MOD, descriptor, &event) == 0);
}

bool ready_set::watch_shared(int descriptor, pollable& owner) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET | EPOLLEXCLUSIVE;
  event.data.ptr = &owner;
  forget(descriptor);  // an exclusive entry cannot be changed
  return ::epoll_ctl(set_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void ready_set::forget(int descriptor) noexcept {
  epoll_event ignored{};
  ::epoll_ctl(set_, EPOLL_CTL_DEL, descriptor, &ignored);
}

bool ready_set::wait(steady_clock::duration duration) {
  const auto poll = [&](int milliseconds) {
    return ::epoll_wait(set_, ready_.data(), static_cast<int>(ready_.size()), milliseconds);
  };
  int count = poll(timeout(duration));
  if (count < 0)  // interrupted by stop and continue (signal(7)): collect what arrived meanwhile
    count = poll(0);
  ready_count_ = static_cast<std::size_t>(std::max(count, 0));
  return ready_count_ < ready_.size();
}

void ready_set::dispatch() {
  for (std::size_t i = 0; i < ready_count_; ++i) {
    const auto& event = ready_[i];
    const bool ended = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    static_cast<pollable*>(event.data.ptr)
        ->on_ready({.readable = ended || (event.events & EPOLLIN) != 0,
                    .writable = (event.events & EPOLLOUT) != 0,
                    .ended = ended});
  }
  ready_count_ = 0;
}

}  // namespace http
