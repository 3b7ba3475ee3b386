#pragma once

#include "counter/shard/record_arena.hpp"
#include "counter/time.hpp"

#include <absl/container/btree_set.h>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cassert>
#include <optional>
#include <utility>

namespace counter {

/// The expiries of the records that have one. Handles are of one record_arena.
class expiry_queue {
public:
  using handle = record_arena::handle;

  /// Sets the expiry of a record or replaces it. Throws std::bad_alloc.
  void set(handle record, time_point expires_at) {
    clear(record);
    order_.insert({expires_at, record});
    times_.emplace(record, expires_at);
  }

  /// Removes the expiry of a record, if it has one.
  void clear(handle record) {
    const auto entry = times_.find(record);
    if (entry == times_.end())
      return;
    order_.erase({entry->second, record});
    times_.erase(entry);
  }

  /// Precondition: the record has an expiry.
  time_point at(handle record) const {
    const auto entry = times_.find(record);
    assert(entry != times_.end());
    return entry->second;
  }

  /// Returns the record that expires first if it has expired by `now`.
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
