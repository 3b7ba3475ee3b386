#pragma once

#include "counter/shard/batch.hpp"
#include "counter/shard/shard_metrics.hpp"
#include "counter/shard/shared_ledger.hpp"
#include "counter/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace counter {

/// The operations of some batches that a shared_table carries out together, and what they need to
/// know. Keeps its memory from one group to the next.
class shared_group {
public:
  /// The rows of a group are written in two transactions: whoever holds locks inserts nothing, and
  /// whoever inserts holds no locks, so that no two groups wait for each other.
  enum class part_type : std::uint8_t {
    update,  ///< of rows that are there; and what only reads
    insert,  ///< of rows that were missing
  };

  struct entry {
    counter::batch* batch;
    std::size_t index;  ///< in the batch
    std::string_view name;
    bool is_read;
    bool locks;                 ///< its row
    std::size_t row = 0;        ///< in rows()
    bool is_decided = false;    ///< by the transaction that is open
    bool is_completed = false;  ///< its reply is in the batch, and stays
    counter::reply reply{};     ///< of a short command, whose operand the batch overwrites with it
  };

  /// Begins with the operations of these batches, which are all pending.
  void collect(std::span<const std::unique_ptr<batch>> batches);
  /// Returns the calls among them that are no operations on counters.
  std::span<call* const> calls() const noexcept { return calls_; }
  std::span<entry> items() noexcept { return items_; }
  bool has_pending() const noexcept;

  /// Makes one row of the pending operations on each name, and one record of each key.
  void look_up();
  /// Sorted by name.
  std::vector<shared_row>& rows() noexcept { return rows_; }
  /// Returns the row of a name that has one.
  const shared_row& row_of(std::string_view name) const;
  /// Returns the hash of the name of a row.
  std::uint64_t hash_of(std::size_t row) const noexcept { return hashes_[row]; }
  /// Sorted by id.
  std::vector<shared_record>& records() noexcept { return records_; }
  const std::vector<shared_record>& records() const noexcept { return records_; }
  /// Returns the record of an id that has one.
  const shared_record& record_of(std::string_view id) const;
  /// Returns the part of a pending operation, once its row is known.
  part_type part_of(const entry& item) const noexcept;

  /// Makes the reply of a decided operation final.
  static void complete(entry& item, shard_metrics& metrics);
  /// Returns the outcome of a decided operation.
  static outcome outcome_of(const entry& item);
  /// Returns true for a decided operation that reads, or repeats a reply, or may not use its key.
  static bool changes_nothing(const entry& item);
  static void refuse(entry& item, transaction_result result);
  /// Completes what is pending with the outcome of a transaction that has failed. If
  /// `spares_unchanging`, what reads, or has a record that is remembered at `now`, stays pending.
  void refuse(transaction_result result, bool spares_unchanging, time_point now);

private:
  void collect(batch& batch, std::size_t index);
  void collect_rows();
  void collect_records();
  bool is_replay(const entry& item, time_point now) const;

  std::vector<entry> items_;
  std::vector<call*> calls_;
  std::vector<entry*> by_name_;
  std::vector<shared_row> rows_;       // of the pending operations
  std::vector<std::uint64_t> hashes_;  // of the names of rows_
  std::vector<shared_record> records_;
};

}  // namespace counter
