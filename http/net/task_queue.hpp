#pragma once

#include "counter/mutex.hpp"
#include "http/net/ready_set.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace http {

/// The tasks that an event loop runs for itself and for other threads. A busy loop picks them up in
/// its next round; a waiting loop is woken through a descriptor in its ready set. Used on the
/// loop's thread except where a function is thread-safe. The constructor throws
/// boost::system::system_error; the constructing thread owns the loop until take_over().
///
///     if begin_wait() ... wait ...; end_wait(); run()
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

  /// Announces that the loop waits next: post() then wakes it. Returns false if tasks are queued:
  /// the loop must not wait.
  bool begin_wait();

  /// Ends what begin_wait() announced.
  void end_wait();

  /// Runs the queued tasks in order, and returns their number. Tasks posted meanwhile stay queued.
  std::size_t run();

private:
  void on_ready(readiness) override {}  // waking the loop was the purpose

  const int descriptor_;
  std::atomic<std::thread::id> owner_ = std::this_thread::get_id();
  counter::mutex mutex_;
  std::vector<task> waiting_ ABSL_GUARDED_BY(mutex_);
  bool is_loop_waiting_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<task> running_;
};

}  // namespace http
