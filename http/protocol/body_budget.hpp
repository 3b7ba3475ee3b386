#pragma once

#include <cstddef>

namespace http {

/// How much the bodies may take that the connections of one event loop are
/// sending: each is bounded, but together they could fill the memory. Used on
/// the loop's thread.
class body_budget {
public:
  explicit body_budget(std::size_t bytes_max) noexcept : left_(bytes_max) {}

  /// False, and nothing taken, when there is no room for `bytes`.
  bool take(std::size_t bytes) noexcept {
    if (bytes > left_)
      return false;
    left_ -= bytes;
    return true;
  }

  /// Gives back what was taken.
  void give(std::size_t bytes) noexcept { left_ += bytes; }

private:
  std::size_t left_;
};

}  // namespace http
