#pragma once

#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
#include "counter/shard/record_index.hpp"

#include <absl/container/btree_set.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace counter {

/// The records of an index in byte order of their names, about 6 bytes each. The first
/// build() begins it, so a shard that is never listed pays nothing; it proceeds in steps,
/// so that no batch waits long. Functions that add throw std::bad_alloc.
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
      : index_(index),
        handles_(by_name{&records}) {}

  /// True if build() was never called.
  bool is_empty() const noexcept { return part_ == 0; }

  /// True if every record of the index is in the order.
  bool is_complete() const noexcept { return part_ == index_.parts() && waiting_.empty(); }

  /// Adds up to `steps` more records.
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

  const record_index& index_;
  absl::btree_set<handle, by_name> handles_;
  std::size_t part_ = 0;         // parts of the index that were taken up
  std::vector<handle> waiting_;  // records of the last one that are not in handles_ yet
};

}  // namespace counter
