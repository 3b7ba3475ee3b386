#pragma once

#include "counter/shard/store.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

/// An event loop without sockets: what is posted runs when the test says so.
class test_loop final : public counter::event_loop {
public:
  void post(std::function<void()> task) override {
    std::lock_guard lock{mutex_};
    tasks_.push_back(std::move(task));
    changed_.notify_all();
  }

  void complete(std::unique_ptr<counter::batch> answered) noexcept override {
    std::unique_lock lock{mutex_};
    origin_.push_back(std::move(answered));
    changed_.notify_all();
    lock.unlock();
    if (on_home)
      on_home();
  }

  /// Runs tasks until `batches` have come home in all.
  void run_until_home(std::size_t batches) {
    std::unique_lock lock{mutex_};
    while (origin_.size() < batches) {
      changed_.wait(lock, [&] { return origin_.size() >= batches || !tasks_.empty(); });
      run_one(lock);
    }
  }

  /// Runs tasks until there are none.
  void run_posted() {
    std::unique_lock lock{mutex_};
    while (!tasks_.empty())
      run_one(lock);
  }

  std::size_t posted() {
    std::lock_guard lock{mutex_};
    return tasks_.size();
  }

  std::size_t home_size() {
    std::lock_guard lock{mutex_};
    return origin_.size();
  }

  /// What came home, in that order; not while other threads still send.
  counter::batch& home_at(std::size_t index) { return *origin_[index]; }

  /// Called while the shard that answered is still running.
  std::function<void()> on_home;

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

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::unique_ptr<counter::batch>> origin_;
};
