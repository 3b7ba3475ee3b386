#pragma once

#include "counter/mutex.hpp"
#include "counter/shard/batch.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace counter {

/// Completed batches that other threads return to an event loop. A loop in a pass empties the inbox
/// itself; an idle loop must be woken, by the first batch only. Thread-safe.
class inbox {
public:
  using batches = std::vector<std::unique_ptr<batch>>;

  /// Stores a batch. Returns true if the caller must wake the loop.
  bool put(std::unique_ptr<batch> completed) {
    const mutex_lock lock{mutex_};
    waiting_.push_back(std::move(completed));
    return !std::exchange(is_watched_, true);
  }

  /// Called by the loop when a pass begins: put() returns false until empty_and_close().
  void open() {
    const mutex_lock lock{mutex_};
    is_watched_ = true;
  }

  /// Called by the loop when a pass ends: moves all batches to the end of `output`. The next put()
  /// returns true.
  void empty_and_close(batches& output) {
    const mutex_lock lock{mutex_};
    std::move(waiting_.begin(), waiting_.end(), std::back_inserter(output));
    waiting_.clear();
    is_watched_ = false;
  }

private:
  counter::mutex mutex_;
  batches waiting_ ABSL_GUARDED_BY(mutex_);
  bool is_watched_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace counter
