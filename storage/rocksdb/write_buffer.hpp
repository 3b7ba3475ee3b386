#pragma once

#include "counter/shard/siphash.hpp"
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

/// The changes of counters that are kept by rows of their groups, and not by the
/// counters' own rows yet. What is true of a counter is what the delta has of it,
/// or else its row.
///
/// For RocksDB to find a place for a row takes 3 us and more. A group has a row for
/// many counters, and the oldest of such rows are merged into the counters' own when
/// there are too many: most of what they say is old by then. A differential file
/// (Severance and Lohman, "Differential files: their application to the maintenance
/// of large databases", 1976). Not thread-safe.
class write_buffer {
public:
  /// Names are chosen by peers, so the key of their hashes is secret. It will have
  /// `bytes`, about.
  write_buffer(counter::siphash_key key, std::size_t bytes);

  write_buffer(const write_buffer&) = delete;
  write_buffer& operator=(const write_buffer&) = delete;

  /// A row that is kept, of changes as by append_change(). Later than all that are
  /// there, as far as they change the same counters.
  void add(std::uint64_t number, std::string_view changes);

  /// The same of one that an earlier process has kept: it need not be merged at once.
  void restore(std::uint64_t number, std::string_view changes);

  /// False where the counter's own row is what is true. `row` is valid until the
  /// delta changes.
  bool find(std::string_view name, std::string_view& row) const;

  /// In memory, about.
  std::size_t bytes() const noexcept { return bytes_; }

  /// Puts into `batch` what merges the oldest rows, until the others have at most
  /// `bytes_max`, but not much more than was added since the last time: others wait
  /// for it. Returns how many it merges.
  std::size_t merge(rocksdb::WriteBatch& batch, std::size_t bytes_max) const;

  /// The oldest rows, as many, were merged.
  void drop(std::size_t rows);

  /// A change that outlives the delta.
  struct copy {
    std::string name, row;
  };

  /// Puts names in order, about as many, for list(); false while there are others.
  /// From the first call on they are kept so.
  bool order(std::size_t names);

  /// The first `max` changes in order of their names, which begin with `prefix` and
  /// are greater than `after`; of those names that are in order.
  std::vector<copy> list(std::string_view prefix, std::string_view after, std::size_t max) const;

  /// Calls `visit(change)` for each counter, in no order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& latest : latest_)
      visit(change_at(latest.begin));
  }

private:
  struct changes_row {
    std::uint64_t number;
    std::string changes;

    std::size_t bytes() const noexcept { return sizeof(changes_row) + changes.size(); }
  };

  /// Where a change begins. Another one of the same name may take its place.
  struct reference {
    mutable char* begin;
  };

  struct by_name {
    using is_transparent = void;
    using is_avalanching = void;
    counter::siphash_key key;

    std::size_t operator()(std::string_view name) const noexcept { return siphash(key, name); }
    std::size_t operator()(const reference& which) const noexcept {
      return (*this)(change_at(which.begin).name);
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
  std::size_t allowance_ = 0;  // bytes that may be merged at once, and some more
  absl::btree_set<std::string, std::less<>> order_;
  bool keeps_order_ = false;
  std::size_t unordered_ = 0;  // of the oldest rows
};

}  // namespace storage
