#pragma once

#include "counter/store/store.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

/// An event loop without sockets, and the origin of its batches: tasks run when the test says so.
class test_loop final : public counter::event_loop, public counter::batch_origin {
public:
  void post(std::function<void()> task) override {
    std::lock_guard lock{mutex_};
    tasks_.push_back(std::move(task));
    changed_.notify_all();
  }

  void wake() noexcept override {}

  /// No test with this loop waits for such a task.
  void post_after(std::chrono::milliseconds, std::function<void()>) override {}

  bool is_here() const noexcept override { return std::this_thread::get_id() == thread_; }

  pass_time begin_pass() noexcept override { return {}; }

  void complete(std::unique_ptr<counter::batch> batch) noexcept override {
    std::unique_lock lock{mutex_};
    completed_.push_back(std::move(batch));
    changed_.notify_all();
    lock.unlock();
    if (on_complete)
      on_complete();
  }

  /// Runs tasks until `batches` in all are completed.
  void run_until_completed(std::size_t batches) {
    std::unique_lock lock{mutex_};
    while (completed_.size() < batches) {
      changed_.wait(lock, [&] { return completed_.size() >= batches || !tasks_.empty(); });
      run_one(lock);
    }
  }

  /// Runs tasks until none is left.
  void run_posted() {
    std::unique_lock lock{mutex_};
    while (!tasks_.empty())
      run_one(lock);
  }

  std::size_t posted() {
    std::lock_guard lock{mutex_};
    return tasks_.size();
  }

  std::size_t completed_size() {
    std::lock_guard lock{mutex_};
    return completed_.size();
  }

  /// Returns completed batches in order of completion. Not while other threads complete.
  counter::batch& completed_at(std::size_t index) { return *completed_[index]; }

  /// Called by complete(), while the shard in memory is still running.
  std::function<void()> on_complete;

private:
  void run_one(std::unique_lock<std::mutex>& lock) {
    if (tasks_.empty())
      return;
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }

  const std::thread::id thread_ = std::this_thread::get_id();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::unique_ptr<counter::batch>> completed_;
};
