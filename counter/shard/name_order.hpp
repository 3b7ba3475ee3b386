#pragma once

#include "counter/shard/name_ranges.hpp"
#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
#include "counter/shard/record_index.hpp"

#include <absl/container/btree_set.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace counter {

/// The records of an index in byte order of their names, 4 to 8 bytes each. The first
/// build() begins it, so a shard that is never listed pays nothing; it proceeds in steps,
/// so that no batch waits long. It distributes all records among name_ranges, then appends
/// one range after the other to a B-tree: to insert them in the order of the index would
/// cost each some twenty cache misses. Until it is complete it takes up to 8 bytes for each.
/// Functions that add throw std::bad_alloc; if build() does, it can be called again.
class name_order {
  using handle = record_arena::handle;

  struct by_name {
    using is_transparent = void;
    const record_arena* records;

    bool operator()(handle left, handle right) const noexcept {
      return name_of(left) < name_of(right);
    }
    bool operator()(handle left, std::string_view right) const noexcept {
      return name_of(left) < right;
    }
    bool operator()(std::string_view left, handle right) const noexcept {
      return left < name_of(right);
    }
    std::string_view name_of(handle entry) const noexcept {
      return record{records->at(entry)}.name();
    }
  };

public:
  /// `records` and `index` outlive the order.
  name_order(const record_arena& records, const record_index& index)
      : records_(records),
        index_(index),
        handles_(by_name{&records}) {}

  /// Records that a step of build() looks at: a step takes two or three microseconds.
  static constexpr std::size_t records_in_a_step = 16;

  /// True if build() was never called.
  bool is_empty() const noexcept { return part_ == 0; }

  /// True if every record of the index is in the order.
  bool is_complete() const noexcept {
    return part_ == index_.parts() && waiting_.empty() && !ranges_;
  }

  /// Looks at `steps` * records_in_a_step records, and may split one of the name_ranges more.
  /// It looks at each record twice, and at some of them three times.
  void build(std::size_t steps);

  /// Call insert() after the index's, and erase() before the index's: they keep the
  /// part of the index that is in the order up to date.
  void insert(handle added, std::uint64_t hash);
  void erase(handle removed, std::uint64_t hash);

  using iterator = absl::btree_set<handle, by_name>::const_iterator;

  /// Returns the first record whose name is greater than `after` and not less than
  /// `from`. Precondition: is_complete(). Valid until the order changes.
  iterator seek(std::string_view from, std::string_view after) const {
    return after < from ? handles_.lower_bound(from) : handles_.upper_bound(after);
  }
  iterator end() const { return handles_.end(); }

private:
  bool has_part_of(std::uint64_t hash) const noexcept {
    return record_index::part_of(hash) < part_;
  }

  void take_up();
  std::size_t put_waiting();

  record record_of(handle entry) const noexcept { return record{records_.at(entry)}; }

  const record_arena& records_;
  const record_index& index_;
  absl::btree_set<handle, by_name> handles_;
  std::optional<name_ranges> ranges_;  // from the first part to the last range
  std::size_t part_ = 0;               // parts of the index that were taken up
  // Records of the part or range that was taken up last, and are not put elsewhere yet.
  std::vector<handle> waiting_;
};

}  // namespace counter
