#pragma once

#include "counter/inbox.hpp"
#include "http/net/ready_set.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <utility>

namespace http {

/// The tasks that an event loop runs for itself and for other threads. A busy loop picks them up in
/// its next round; a waiting loop is woken through a descriptor in its ready set. Used on the
/// loop's thread except where a function is thread-safe. The constructor throws
/// boost::system::system_error; the constructing thread owns the loop until take_over().
///
///     if begin_wait() and there is no other work ... wait ...; end_wait(); run()
class task_queue final : public pollable {
public:
  using task = std::function<void()>;

  task_queue();
  ~task_queue() override;
  task_queue(const task_queue&) = delete;
  task_queue& operator=(const task_queue&) = delete;

  /// The descriptor to watch in the loop's ready set; it ends a wait.
  int descriptor() const noexcept { return descriptor_; }

  /// Makes the calling thread the loop's.
  void take_over() noexcept { owner_ = std::this_thread::get_id(); }

  /// Returns true if the caller is on the loop's thread. Thread-safe.
  bool is_here() const noexcept { return owner_ == std::this_thread::get_id(); }

  /// Queues `job`, which runs later on the loop's thread, never during the call. It must not
  /// throw. Thread-safe; may allocate.
  void post(task job);

  /// Thread-safe.
  bool has_tasks() const noexcept { return !tasks_.is_empty(); }

  /// Ends the wait of the loop, if it waits. Thread-safe.
  void wake() noexcept;

  /// Announces that the loop waits next: post() and wake() then wake it. Returns false if tasks are
  /// queued: the loop must not wait. Look for other work after the call: whoever adds it before it
  /// calls wake() may rely on that.
  bool begin_wait() noexcept;

  /// Ends what begin_wait() announced.
  void end_wait() noexcept { is_loop_waiting_.store(false, std::memory_order_relaxed); }

  /// Returns true between begin_wait() and end_wait(), unless the loop was woken. Thread-safe.
  bool is_waiting() const noexcept { return is_loop_waiting_; }

  /// Runs the queued tasks in order, and returns their number. Tasks posted meanwhile stay queued.
  std::size_t run();

private:
  struct queued_task : counter::inbox_link<queued_task> {
    explicit queued_task(task to_run) : run(std::move(to_run)) {}
    task run;
  };

  void on_ready(readiness) override {}  // waking the loop was the purpose

  const int descriptor_;
  std::atomic<std::thread::id> owner_ = std::this_thread::get_id();
  counter::inbox<queued_task> tasks_;
  alignas(64) std::atomic<bool> is_loop_waiting_ = false;
};

}  // namespace http
