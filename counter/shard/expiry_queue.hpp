#pragma once

#include "counter/shard/record_arena.hpp"
#include "counter/shard/shrink.hpp"
#include "counter/time.hpp"

#include <absl/container/btree_set.h>
#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace counter {

/// The expiries of the records that have one. Handles are of one record_arena. The hash
/// table is split into parts that grow and shrink independently, so that no call rehashes
/// all of it.
class expiry_queue {
public:
  using handle = record_arena::handle;

  /// Sets the expiry of a record or replaces it. Throws std::bad_alloc.
  void set(handle record, time_point expires_at) {
    clear(record);
    order_.insert({expires_at, record});
    part_of(record).emplace(record, expires_at);
  }

  /// Removes the expiry of a record, if it has one.
  void clear(handle record) {
    auto& times = part_of(record);
    const auto entry = times.find(record);
    if (entry == times.end())
      return;
    order_.erase({entry->second, record});
    times.erase(entry);
    shrink_if_sparse(times);
  }

  /// Precondition: the record has an expiry.
  time_point at(handle record) const {
    const auto& times = parts_[part_index(record)];
    const auto entry = times.find(record);
    assert(entry != times.end());
    return entry->second;
  }

  /// Returns the record that expires first if it has expired by `now`.
  std::optional<handle> due(time_point now) const {
    if (order_.empty() || order_.begin()->first > now)
      return std::nullopt;
    return order_.begin()->second;
  }

private:
  using part = boost::unordered_flat_map<handle, time_point>;
  static constexpr unsigned part_bits = 7;

  /// Handles have a common factor if all names have the same size, so they are hashed
  /// (Knuth, "The Art of Computer Programming", volume 3, section 6.4).
  static std::size_t part_index(handle record) noexcept {
    return record * std::uint32_t{2'654'435'769} >> (32 - part_bits);
  }
  part& part_of(handle record) noexcept { return parts_[part_index(record)]; }

  std::array<part, std::size_t{1} << part_bits> parts_;
  absl::btree_set<std::pair<time_point, handle>> order_;
};

}  // namespace counter
