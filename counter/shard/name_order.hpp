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

/// The records of an index in byte order of their names, about 6 bytes each.
/// Empty until it is asked for: whoever never lists pays nothing. Made step by
/// step, so that nobody waits for it long. Not thread-safe.
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
    std::string_view name_of(handle which) const noexcept {
      return record{records->at(which)}.name();
    }
  };

public:
  /// Both outlive the order.
  name_order(const record_arena& records, const record_index& index)
      : index_(index),
        handles_(by_name{&records}) {}

  /// Whether it was never asked for.
  bool is_empty() const noexcept { return part_ == 0; }

  bool is_complete() const noexcept { return part_ == index_.parts() && waiting_.empty(); }

  /// Puts up to `steps` more records in their places.
  void build(std::size_t steps);

  /// Call them behind insert() and ahead of erase() of the index.
  void insert(handle added, std::uint64_t hash);
  void erase(handle removed, std::uint64_t hash);

  using iterator = absl::btree_set<handle, by_name>::const_iterator;

  /// The first record whose name is greater than `after` and not less than
  /// `from`. Only when complete; valid until the order changes.
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
  std::size_t part_ = 0;         // of the index: those before it are in the order
  std::vector<handle> waiting_;  // of the last of them, and not in handles_ yet
};

}  // namespace counter
