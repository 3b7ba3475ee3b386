#pragma once

#include "counter/siphash.hpp"
#include "storage/rocksdb/changes.hpp"

#include <absl/container/btree_set.h>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rocksdb {
class WriteBatch;
}

namespace storage {

/// The changes of counters that are stored in 'g' rows and not merged into the counters'
/// own 'c' rows yet. A counter is what its change in here says, or else its 'c' row.
///
/// RocksDB takes 3 us or more to insert a row. A 'g' row has the changes of many counters,
/// and by the time it is merged, later rows have replaced most of them. This is a
/// differential file (Severance and Lohman, "Differential files: their application to the
/// maintenance of large databases", ACM TODS 1, 3, 1976).
class write_buffer {
public:
  /// Reserves memory for the changes that fit into `bytes`, and a quarter more. Peers choose
  /// the names, so `key`, by which they are hashed, must be secret.
  write_buffer(counter::siphash_key key, std::size_t bytes);

  write_buffer(const write_buffer&) = delete;
  write_buffer& operator=(const write_buffer&) = delete;

  /// Adds a 'g' row that was stored: its number and its are_changes(). It replaces earlier
  /// changes of the same counters, whatever its number.
  void add(std::uint64_t number, std::string_view changes);

  /// Adds a row that an earlier process has stored. Unlike add(), this does not raise what
  /// the next merge() may merge.
  void restore(std::uint64_t number, std::string_view changes);

  /// Sets `row` to the latest change of a counter (empty: deleted), valid until the buffer
  /// changes. Returns false if there is none: then the counter's own row decides.
  bool find(std::string_view name, std::string_view& row) const;

  /// The memory that it takes, about; at least 40 for each change.
  std::size_t bytes() const noexcept { return bytes_; }

  /// Puts into `batch` what merges the oldest rows, as many as needed for the others to
  /// take at most `bytes_max`, but only about twice what was added since the last time:
  /// requests wait for it. Returns how many rows; once the batch is stored, drop() them.
  std::size_t merge(rocksdb::WriteBatch& batch, std::size_t bytes_max) const;

  /// Drops the oldest `rows`, which are merged.
  void drop(std::size_t rows);

  /// A copied change.
  struct copy {
    std::string name, row;
  };

  /// Sorts about `names` more names for list(). Returns whether all are sorted; from the
  /// first call on, the names of added rows are.
  bool order(std::size_t names);

  /// Returns the first `max` changes, in order of their names, whose name has the prefix
  /// and is greater than `after`, among the names that are sorted.
  std::vector<copy> list(std::string_view prefix, std::string_view after, std::size_t max) const;

  /// Calls `visit(change)` with the latest change of each counter, in no order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& latest : latest_)
      visit(change_at(latest.begin));
  }

private:
  struct changes_row {
    std::uint64_t number;
    std::string changes;
    std::size_t bytes = 0;  // see write_buffer::bytes()
  };

  /// Where a change begins. Mutable, so that a later change of the same name can replace
  /// it in the set.
  struct reference {
    mutable char* begin;
  };

  struct by_name {
    using is_transparent = void;
    using is_avalanching = void;
    counter::siphash_key key;

    std::size_t operator()(std::string_view name) const noexcept { return siphash(key, name); }
    std::size_t operator()(const reference& reference) const noexcept {
      return (*this)(change_at(reference.begin).name);
    }
    bool operator()(const reference& left, const reference& right) const noexcept {
      return change_at(left.begin).name == change_at(right.begin).name;
    }
    bool operator()(std::string_view left, const reference& right) const noexcept {
      return left == change_at(right.begin).name;
    }
    bool operator()(const reference& left, std::string_view right) const noexcept {
      return (*this)(right, left);
    }
  };

  std::deque<changes_row> rows_;  // the oldest first
  boost::unordered_flat_set<reference, by_name, by_name> latest_;
  std::size_t bytes_ = 0;
  std::size_t allowance_ = 0;  // bytes that may be merged at once
  absl::btree_set<std::string, std::less<>> order_;
  bool keeps_order_ = false;
  std::size_t unordered_ = 0;  // how many of the oldest rows are not in order_ yet
};

}  // namespace storage
