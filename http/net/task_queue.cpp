#include "http/net/task_queue.hpp"

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace http {

namespace {

int make_event() {
  const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0)
    throw boost::system::system_error(errno, boost::system::system_category(), "eventfd");
  return event;
}

}  // namespace

task_queue::task_queue() : descriptor_(make_event()) {}

task_queue::~task_queue() {
  ::close(descriptor_);
}

void task_queue::post(task job) {
  {
    const counter::mutex_lock lock{mutex_};
    waiting_.push_back(std::move(job));
    if (!std::exchange(is_loop_waiting_, false))
      return;
  }
  // The set is edge-triggered and each write is an edge, so the count need not be read back.
  ::eventfd_write(descriptor_, 1);
}

bool task_queue::begin_wait() {
  const counter::mutex_lock lock{mutex_};
  is_loop_waiting_ = waiting_.empty();
  return is_loop_waiting_;
}

void task_queue::end_wait() {
  const counter::mutex_lock lock{mutex_};
  is_loop_waiting_ = false;
}

std::size_t task_queue::run() {
  {
    const counter::mutex_lock lock{mutex_};
    running_.swap(waiting_);
  }
  for (auto& job : running_)
    job();
  const auto count = running_.size();
  running_.clear();
  return count;
}

}  // namespace http
