#pragma once

#include "counter/mutex.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>

namespace actors {

/// Counts the operations that a mailbox was sent and its actor has not completed. It
/// bounds the mailbox of a shard in memory, because CAF's are unbounded, and lets a shard
/// on a disk wait for more.
/// Thread-safe; aligned to a cache line of its own.
class alignas(64) shard_load {
public:
  explicit shard_load(std::size_t operations_max) noexcept : max_(operations_max) {}

  /// Adds operations. Returns false, and adds nothing, if there would be more than the
  /// maximum. Call announce() after they are in the mailbox.
  bool take(std::size_t operations) noexcept {
    if (in_mailbox_.fetch_add(operations, std::memory_order_relaxed) + operations <= max_)
      return true;
    release(operations);
    refused_.fetch_add(operations, std::memory_order_relaxed);
    return false;
  }

  /// Removes completed operations.
  void release(std::size_t operations) noexcept {
    in_mailbox_.fetch_sub(operations, std::memory_order_relaxed);
  }

  std::size_t operations() const noexcept { return in_mailbox_.load(std::memory_order_relaxed); }

  /// Returns how many operations take() has refused.
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

  /// Wakes the thread in wait_for() if the operations it waits for are there.
  void announce() noexcept {
    auto wanted = wanted_.load(std::memory_order_relaxed);
    if (wanted == 0 || operations() < wanted || !wanted_.compare_exchange_strong(wanted, 0))
      return;
    // The thread has seen that they are there, or it waits by the time of the notification.
    { const counter::mutex_lock lock{mutex_}; }
    reached_.notify_one();
  }

  /// Blocks until there are `operations_wanted`; returns false after `patience`. Only
  /// for one thread: the shard's own.
  bool wait_for(std::size_t operations_wanted, std::chrono::nanoseconds patience) noexcept {
    const counter::mutex_lock lock{mutex_};
    wanted_ = operations_wanted;
    const bool are_there = reached_.wait_for(
        mutex_, patience, [this, operations_wanted] { return operations() >= operations_wanted; });
    wanted_ = 0;
    return are_there;
  }

private:
  std::atomic<std::size_t> in_mailbox_ = 0;
  std::atomic<std::size_t> wanted_ = 0;  // 0: no thread waits
  const std::size_t max_;
  std::atomic<std::uint64_t> refused_ = 0;
  // Not std::binary_semaphore: libstdc++'s yields the processor four times before it sleeps.
  counter::mutex mutex_;  // guards nothing: for the condition variable only
  std::condition_variable_any reached_;
};

}  // namespace actors
