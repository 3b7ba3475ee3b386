#pragma once

#include "counter/mutex.hpp"
#include "counter/shard/batch.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace http {

/// Batches that come home from shards which ran on other loops. A loop that is
/// busy looks into it by itself; only one that is not has to be woken, and only
/// by the first. All calls are thread-safe.
class inbox {
public:
  using batches = std::vector<std::unique_ptr<counter::batch>>;

  /// True when the loop has to be woken.
  bool put(std::unique_ptr<counter::batch> answered) {
    const counter::mutex_lock lock{mutex_};
    waiting_.push_back(std::move(answered));
    return !std::exchange(is_watched_, true);
  }

  /// By the loop: it will look before it waits.
  void open() {
    const counter::mutex_lock lock{mutex_};
    is_watched_ = true;
  }

  /// By the loop: moves everything to the end of `taken`, and has to be woken
  /// again for more.
  void empty_and_close(batches& taken) {
    const counter::mutex_lock lock{mutex_};
    std::move(waiting_.begin(), waiting_.end(), std::back_inserter(taken));
    waiting_.clear();
    is_watched_ = false;
  }

private:
  counter::mutex mutex_;
  batches waiting_ ABSL_GUARDED_BY(mutex_);
  bool is_watched_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace http
