#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <semaphore>

namespace actors {

/// Operations in one shard's mailbox, counted so that it stays bounded: CAF
/// mailboxes are not. Thread-safe; alone on its cache line.
class alignas(64) shard_load {
public:
  explicit shard_load(std::size_t operations_max) noexcept : max_(operations_max) {}

  /// False, and nothing taken, when `operations` more would be too many. Followed
  /// by announce() when they are in the mailbox.
  bool take(std::size_t operations) noexcept {
    if (in_mailbox_.fetch_add(operations, std::memory_order_relaxed) + operations <= max_)
      return true;
    release(operations);
    return false;
  }

  void release(std::size_t operations) noexcept {
    in_mailbox_.fetch_sub(operations, std::memory_order_relaxed);
  }

  std::size_t operations() const noexcept { return in_mailbox_.load(std::memory_order_relaxed); }

  /// Wakes who waits for what is there now.
  void announce() noexcept {
    auto wanted = wanted_.load(std::memory_order_relaxed);
    if (wanted > 0 && operations() >= wanted && wanted_.compare_exchange_strong(wanted, 0))
      reached_.release();
  }

  /// Waits until there are so many operations; false when that took too long.
  /// Only for the shard's own thread.
  bool wait_for(std::size_t operations_wanted, std::chrono::nanoseconds patience) noexcept {
    wanted_.store(operations_wanted);
    announce();  // they may have come just before
    if (reached_.try_acquire_for(patience))
      return true;
    if (wanted_.exchange(0) == 0)
      reached_.acquire();  // somebody was about to wake us
    return operations() >= operations_wanted;
  }

private:
  std::atomic<std::size_t> in_mailbox_ = 0;
  std::atomic<std::size_t> wanted_ = 0;  // 0: nobody waits
  const std::size_t max_;
  std::binary_semaphore reached_{0};
};

}  // namespace actors
