#pragma once

#include <atomic>
#include <cstddef>

namespace http {

/// Limits the memory of all request bodies on one event loop: the limit of a single body does not
/// stop many connections together from filling the memory. Used on the loop's thread.
class body_budget {
public:
  explicit body_budget(std::size_t bytes_max) noexcept : max_(bytes_max) {}

  /// Takes `bytes`. Returns false, and takes nothing, if fewer are left.
  bool take(std::size_t bytes) noexcept {
    const auto taken = this->bytes() + bytes;
    if (taken > max_)
      return false;
    bytes_.store(taken, std::memory_order_relaxed);
    return true;
  }

  /// Returns bytes that were taken.
  void give(std::size_t bytes) noexcept {
    bytes_.store(this->bytes() - bytes, std::memory_order_relaxed);
  }

  /// Returns how many bytes are taken. Thread-safe.
  std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

private:
  const std::size_t max_;
  std::atomic<std::size_t> bytes_ = 0;  // written by the loop alone
};

}  // namespace http
