#include "http/net/task_queue.hpp"

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <memory>
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
  if (tasks_.put(std::make_unique<queued_task>(std::move(job))))
    wake();
}

void task_queue::wake() noexcept {
  // The set is edge-triggered and each write is an edge, so the count need not be read back.
  if (is_loop_waiting_ && is_loop_waiting_.exchange(false))
    ::eventfd_write(descriptor_, 1);
}

bool task_queue::begin_wait() noexcept {
  is_loop_waiting_ = true;
  return !has_tasks();
}

std::size_t task_queue::run() {
  std::size_t count = 0;
  tasks_.take_all([&](std::unique_ptr<queued_task> queued) {
    queued->run();
    ++count;
  });
  return count;
}

}  // namespace http
