#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace http {

/// How many there are, up to a limit. Thread-safe.
class head_count {
public:
  /// One of them, until it is destroyed.
  class place {
  public:
    explicit place(head_count& all) noexcept : all_(&all) {}
    place(place&& other) noexcept : all_(std::exchange(other.all_, nullptr)) {}
    place& operator=(place&&) = delete;
    ~place() {
      if (all_ != nullptr)
        all_->count_.fetch_sub(1, std::memory_order_relaxed);
    }

  private:
    head_count* all_;
  };

  /// Nothing when there are `max` already.
  std::optional<place> take(std::size_t max) noexcept {
    if (count_.fetch_add(1, std::memory_order_relaxed) < max)
      return place{*this};
    count_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }

private:
  std::atomic<std::size_t> count_ = 0;
};

/// The connections of a server. Those over the limit that are being told so are
/// counted apart: they must not keep others out.
struct population {
  head_count served;
  head_count refused;
};

}  // namespace http
