#pragma once

#include <atomic>
#include <cstddef>

namespace actors {

/// Operations in one shard's mailbox, counted so that it stays bounded: CAF
/// mailboxes are not. Thread-safe; alone on its cache line.
class alignas(64) shard_load {
public:
  explicit shard_load(std::size_t operations_max) noexcept : max_(operations_max) {}

  /// False, and nothing taken, when `operations` more would be too many.
  bool take(std::size_t operations) noexcept {
    if (in_mailbox_.fetch_add(operations, std::memory_order_relaxed) + operations <= max_)
      return true;
    release(operations);
    return false;
  }

  void release(std::size_t operations) noexcept {
    in_mailbox_.fetch_sub(operations, std::memory_order_relaxed);
  }

private:
  std::atomic<std::size_t> in_mailbox_ = 0;
  const std::size_t max_;
};

}  // namespace actors
