#pragma once

#include <cstddef>

namespace http {

/// Limits the memory of all request bodies on one event loop: the limit of a single body does not
/// stop many connections together from filling the memory. Used on the loop's thread.
class body_budget {
public:
  explicit body_budget(std::size_t bytes_max) noexcept : left_(bytes_max) {}

  /// Takes `bytes`. Returns false, and takes nothing, if fewer are left.
  bool take(std::size_t bytes) noexcept {
    if (bytes > left_)
      return false;
    left_ -= bytes;
    return true;
  }

  /// Returns bytes that were taken.
  void give(std::size_t bytes) noexcept { left_ += bytes; }

private:
  std::size_t left_;
};

}  // namespace http
