#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace http {

/// Counts the holders of a limited resource. Wait-free and thread-safe.
class permit_pool {
public:
  /// The right to one unit; its destructor returns the unit. The pool must outlive it.
  class permit {
  public:
    explicit permit(permit_pool& pool) noexcept : pool_(&pool) {}
    permit(permit&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
    permit& operator=(permit&&) = delete;
    ~permit() {
      if (pool_ != nullptr)
        pool_->count_.fetch_sub(1, std::memory_order_relaxed);
    }

  private:
    permit_pool* pool_;
  };

  /// Takes a permit; nullopt if `max` permits are taken. May also fail while another call fails.
  std::optional<permit> take(std::size_t max) noexcept {
    if (count_.fetch_add(1, std::memory_order_relaxed) < max)
      return permit{*this};
    count_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }

  /// Permits that are taken.
  std::size_t count() const noexcept { return count_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::size_t> count_ = 0;
};

/// The connections of all event loops of a server. A connection over the limit that receives a 503
/// counts in `refused`, so that it does not occupy a served one's permit.
struct connection_counts {
  permit_pool served;
  permit_pool refused;
};

}  // namespace http
