#pragma once

#include "counter/mutex.hpp"
#include "http/net/ready_set.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace http {

/// What an event loop is asked to do by itself and by other threads. A loop
/// that runs looks here by itself; only one that waits is woken, by a descriptor
/// in its ready set. Used on the loop's thread where nothing else is said: that
/// of the constructor, until another one takes over.
class task_queue final : public pollable {
public:
  using task = std::function<void()>;

  task_queue();
  ~task_queue() override;
  task_queue(const task_queue&) = delete;
  task_queue& operator=(const task_queue&) = delete;

  /// Belongs in the loop's ready set.
  int descriptor() const noexcept { return descriptor_; }

  /// The calling thread is the loop's from now on.
  void take_over() noexcept { owner_ = std::this_thread::get_id(); }

  /// Thread-safe. Whether the caller is on the loop's thread.
  bool is_here() const noexcept { return owner_ == std::this_thread::get_id(); }

  /// Thread-safe. `asked` runs later, never inside the call.
  void post(task asked);

  /// The loop is about to wait. False when it must not: there are tasks.
  bool begin_wait();

  /// It has waited.
  void end_wait();

  /// Runs what is there by now; what that posts is for the next call. Returns
  /// how many there were.
  std::size_t run();

private:
  void on_ready(readiness) override {}  // to have been woken is all

  const int descriptor_;
  std::atomic<std::thread::id> owner_ = std::this_thread::get_id();
  counter::mutex mutex_;
  std::vector<task> waiting_ ABSL_GUARDED_BY(mutex_);
  bool is_loop_waiting_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<task> running_;
};

}  // namespace http
