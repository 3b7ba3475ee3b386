#pragma once

#include "counter/shard/name_sorter.hpp"
#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace counter {

/// Records in ranges of names: the ranges are in byte order, the records of a range in no
/// order. First records are added and removed; then the ranges are taken one by one, each
/// sorted. A full range is split, so no call takes longer than sorting range_max records and
/// moving the list of ranges. This is samplesort (Frazer and McKellar, "Samplesort: A Sampling
/// Approach to Minimal Storage Tree Sorting", J. ACM 17, 3, 1970): the first range to be split
/// is the sample.
///
/// Takes up to 8 bytes for each record, and some 100 for each range. Precondition: names
/// contain no zero bytes (see is_valid_name()).
class name_ranges {
public:
  using handle = record_arena::handle;

  /// Sorting so many records takes some hundred microseconds.
  static constexpr std::size_t range_max = 4096;

  /// `records` outlives the ranges. Begins with one range, for all names.
  explicit name_ranges(const record_arena& records);

  name_ranges(const name_ranges&) = delete;
  name_ranges& operator=(const name_ranges&) = delete;

  /// Into how many pieces insert() splits a full range; at least 2, which is the default.
  void set_pieces(std::size_t pieces) noexcept { pieces_ = pieces; }

  /// Adds a record. Splits its range first if that is full.
  /// Returns how many records were looked at: 1, or range_max more after a split. Returns 0
  /// if the name's range was taken: then the record is not added. Throws std::bad_alloc;
  /// then the record is not added.
  std::size_t insert(handle added);

  /// Removes a record. Returns false if it is not there.
  bool erase(handle removed) noexcept;

  /// True when all ranges were taken.
  bool is_empty() const noexcept { return first_ == ranges_.size(); }

  /// Takes the first range, which has the least names: returns its records in descending
  /// order. Throws std::bad_alloc; then nothing was taken. Precondition: not is_empty().
  std::vector<handle> take_first();

private:
  struct range {
    std::string begin;  // its least possible name; empty: it has the least names of all
    std::vector<handle> records;
  };

  std::string_view name_of(handle entry) const noexcept {
    return record{records_->at(entry)}.name();
  }
  bool is_taken(std::string_view name) const noexcept {
    return is_empty() || name < ranges_[first_].begin;
  }
  std::size_t find(std::string_view name) const noexcept;
  void split(std::size_t index);
  void set_keys() noexcept;

  const record_arena* records_;
  std::size_t pieces_ = 2;
  name_sorter sorter_;
  std::vector<range> ranges_;
  std::size_t first_ = 0;  // of those that are not taken
  // The prefix that the begins of all ranges but the first share, and the next 8 bytes of
  // each: to find a range without looking at strings.
  std::string_view shared_;
  std::vector<std::uint64_t> keys_;
};

}  // namespace counter
