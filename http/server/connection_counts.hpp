#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace http {

/// How many there are, up to a limit. Thread-safe.
class permit_pool {
public:
  /// One of them, until it is destroyed.
  class permit {
  public:
    explicit permit(permit_pool& all) noexcept : all_(&all) {}
    permit(permit&& other) noexcept : all_(std::exchange(other.all_, nullptr)) {}
    permit& operator=(permit&&) = delete;
    ~permit() {
      if (all_ != nullptr)
        all_->count_.fetch_sub(1, std::memory_order_relaxed);
    }

  private:
    permit_pool* all_;
  };

  /// Nothing when there are `max` already.
  std::optional<permit> take(std::size_t max) noexcept {
    if (count_.fetch_add(1, std::memory_order_relaxed) < max)
      return permit{*this};
    count_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }

private:
  std::atomic<std::size_t> count_ = 0;
};

/// The connections of a server. Those over the limit that are being told so are
/// counted apart: they must not keep others out.
struct connection_counts {
  permit_pool served;
  permit_pool refused;
};

}  // namespace http
