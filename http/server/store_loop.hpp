#pragma once

#include "counter/store/store.hpp"
#include "http/net/loop_clock.hpp"
#include "http/net/task_queue.hpp"
#include "http/net/timers.hpp"

#include <utility>

namespace http {

/// This event loop as the store sees it.
class store_loop final : public counter::event_loop {
public:
  /// Borrows all three.
  store_loop(task_queue& tasks, timers& timers, loop_clock& clock)
      : tasks_(tasks),
        timers_(timers),
        clock_(clock) {}

  void post(std::function<void()> task) override { tasks_.post(std::move(task)); }

  void wake() noexcept override { tasks_.wake(); }

  void post_after(std::chrono::milliseconds delay, std::function<void()> task) override {
    timers_.add(delay, std::move(task));
  }

  bool is_here() const noexcept override { return tasks_.is_here(); }

  counter::time_point begin_pass() noexcept override {
    clock_.refresh();
    return clock_.wall();
  }

private:
  task_queue& tasks_;
  timers& timers_;
  loop_clock& clock_;
};

}  // namespace http
