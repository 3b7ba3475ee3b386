#pragma once

#include "counter/store/store.hpp"
#include "http/api/metrics/loop_metrics.hpp"
#include "http/net/loop_clock.hpp"
#include "http/net/task_queue.hpp"
#include "http/net/timers.hpp"

#include <utility>

namespace http {

/// This event loop as the store sees it.
class store_loop final : public counter::event_loop {
public:
  /// Borrows all.
  store_loop(task_queue& tasks, timers& timers, loop_clock& clock, loop_metrics& metrics)
      : tasks_(tasks),
        timers_(timers),
        clock_(clock),
        metrics_(metrics) {}

  void post(std::function<void()> task) override { tasks_.post(std::move(task)); }

  void wake() noexcept override { tasks_.wake(); }

  void post_after(std::chrono::milliseconds delay, std::function<void()> task) override {
    timers_.add(delay, std::move(task));
  }

  counter::time_point wall() const noexcept override { return clock_.wall(); }

  bool is_here() const noexcept override { return tasks_.is_here(); }

  pass_time begin_pass() noexcept override {
    clock_.refresh();
    return {clock_.wall(), clock_.now()};
  }

  void begin_replies(steady_clock::time_point sent) noexcept override {
    metrics_.begin_replies(clock_.now() - sent);
  }

private:
  task_queue& tasks_;
  timers& timers_;
  loop_clock& clock_;
  loop_metrics& metrics_;
};

}  // namespace http
