#pragma once

#include "counter/shard/record_arena.hpp"
#include "counter/time.hpp"

#include <absl/container/btree_set.h>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cassert>
#include <optional>
#include <utility>

namespace counter {

/// When records expire, for the few that do. Not thread-safe.
class expiry_queue {
public:
  using handle = record_arena::handle;

  /// Replaces what was set before.
  void set(handle which, time_point at) {
    clear(which);
    order_.insert({at, which});
    times_.emplace(which, at);
  }

  void clear(handle which) {
    const auto found = times_.find(which);
    if (found == times_.end())
      return;
    order_.erase({found->second, which});
    times_.erase(found);
  }

  /// One that was set.
  time_point at(handle which) const {
    const auto found = times_.find(which);
    assert(found != times_.end());
    return found->second;
  }

  /// The record that expires first, if it has by `now`.
  std::optional<handle> due(time_point now) const {
    if (order_.empty() || order_.begin()->first > now)
      return std::nullopt;
    return order_.begin()->second;
  }

private:
  boost::unordered_flat_map<handle, time_point> times_;
  absl::btree_set<std::pair<time_point, handle>> order_;
};

}  // namespace counter
