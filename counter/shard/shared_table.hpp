#pragma once

#include "counter/shard/batch.hpp"
#include "counter/shard/change_set.hpp"
#include "counter/shard/others_usage.hpp"
#include "counter/shard/quota.hpp"
#include "counter/shard/shard_metrics.hpp"
#include "counter/shard/shared_group.hpp"
#include "counter/shard/shared_ledger.hpp"
#include "counter/shard/table.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace counter {

/// The operations of one shard on counters that other servers change, too. It remembers no counter
/// from one group to the next: each group locks its rows in the database, decides what its
/// operations do with them, writes and commits. Calls block as long as those of the shared_writer.
class shared_table {
public:
  struct settings {
    quota& counters;             ///< shared by all shards; outlives the table
    quota& idempotency_records;  ///< shared by all shards; outlives the table
    others_usage& others;        ///< shared by all shards; outlives the table
    std::chrono::milliseconds idempotency_ttl;
    siphash_key key;             ///< of every hash in a batch
    bool confirms_reads = true;  ///< a group of reads waits for the database to confirm it
  };

  /// `writer` is that of the shard; `metrics` outlives the table.
  shared_table(const settings& configuration, std::unique_ptr<shared_writer> writer,
               shard_metrics& metrics);

  /// Completes every item of every batch. Throws only std::bad_alloc; after that the table must not
  /// be used.
  void apply(std::span<const std::unique_ptr<batch>> group);

  /// See shared_writer.
  bool is_missing() const noexcept { return writer_->is_missing(); }
  bool is_away() const noexcept { return writer_->is_away(); }
  bool reconnect() noexcept { return writer_->reconnect(); }

private:
  using part_type = shared_group::part_type;

  void complete_call(call& call);
  void sweep(expiry_sweep& swept);
  transaction_result try_all(bool may_write);
  transaction_result begin(bool is_open);
  transaction_result begin_insert(bool& is_open);
  bool counts_records() const;
  bool takes_last_room();
  transaction_result transact(part_type part, bool may_write, bool is_open);
  void load(part_type part);
  bool decide(part_type part);
  void collect_changes();
  void collect_row_changes();
  void collect_missing(part_type part);
  bool lock_changed_rows();
  transaction_result write();
  void close(bool is_written);

  quota& counter_quota_;
  quota& idempotency_quota_;
  others_usage& others_;
  shard_metrics& metrics_;
  const bool confirms_reads_;
  std::unique_ptr<shared_writer> writer_;
  change_set changes_;
  table table_;
  time_point now_{};            // of the last begin()
  bool counts_others_ = false;  // the group, see takes_last_room()
  // Of one group; members, so that they keep their memory.
  shared_group group_;
  std::vector<shared_row_change> row_changes_;
  std::vector<shared_record_change> record_changes_;
  std::vector<std::string_view> missing_;  // decided as such, and not created
  std::int64_t replaced_records_ = 0;      // whose time is over: rows that a new record takes
};

}  // namespace counter
