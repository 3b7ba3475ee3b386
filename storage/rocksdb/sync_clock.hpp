#pragma once

#include "counter/mutex.hpp"

#include <chrono>

namespace storage {

/// Measures for how long syncs have been under way, all together: what two of them share counts
/// once. The difference of two readings is the part of the time between them in which somebody
/// synced. Thread-safe.
class sync_clock {
public:
  using clock = std::chrono::steady_clock;

  /// Counts the time for which it exists.
  class scope {
  public:
    explicit scope(sync_clock& owner) noexcept : owner_(owner) { owner_.begin(); }
    ~scope() { owner_.end(); }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

  private:
    sync_clock& owner_;
  };

  clock::duration reading() const noexcept {
    const counter::mutex_lock lock{mutex_};
    return under_way_ == 0 ? ended_ : ended_ + (clock::now() - began_);
  }

private:
  void begin() noexcept {
    const counter::mutex_lock lock{mutex_};
    if (under_way_++ == 0)
      began_ = clock::now();
  }
  void end() noexcept {
    const counter::mutex_lock lock{mutex_};
    if (--under_way_ == 0)
      ended_ += clock::now() - began_;
  }

  mutable counter::mutex mutex_;
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  clock::time_point began_ ABSL_GUARDED_BY(mutex_);
  clock::duration ended_ ABSL_GUARDED_BY(mutex_){};
};

}  // namespace storage
