#pragma once

#include "counter/shard/batch.hpp"
#include "counter/shard/change_set.hpp"
#include "counter/shard/ledger.hpp"
#include "counter/shard/placement.hpp"
#include "counter/shard/shard_metrics.hpp"
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

/// The counters of one shard that a ledger stores. Memory is a cache of the ledger:
/// it holds the counters that were used lately, and replies do not depend on which
/// these are. Calls block as long as the ledger's do.
///
///     apply(batch); apply(batch); ...  // one group
///     if (const auto result = commit(); result != commit_result::ok)
///       revise(batches, result);
///
/// No batch may leave the caller before that: replies, reads included, may rest on
/// changes that are not committed yet.
class durable_table {
public:
  struct settings {
    quota& counters;             ///< shared by all shards; outlives the table
    quota& idempotency_records;  ///< shared by all shards; outlives the table
    std::chrono::milliseconds idempotency_ttl;
    const counter::placement& placement;  ///< outlives the table
    unsigned shard;
    std::size_t bytes_max;      ///< memory that committed counters may take
    std::uint64_t version = 0;  ///< versions begin above this one and the ledger's greatest
  };

  /// `ledger` and `metrics` outlive the table. Throws std::bad_alloc and whatever open_writer()
  /// throws.
  durable_table(const settings& configuration, counter::ledger& ledger, shard_metrics& metrics);

  /// Loads what the batch needs and completes it. If the ledger cannot be read, the
  /// whole batch is refused with the ledger's outcome and changes nothing. Throws only
  /// std::bad_alloc; after that the table must not be used.
  void apply(batch& batch);

  /// Commits the group: every change since the last call. Unless the result is ok,
  /// all of them are rolled back. Then evicts counters down to bytes_max. Throws as
  /// apply() does.
  commit_result commit();

  /// Rewrites the replies of a group whose commit() returned `result`. If the disk is
  /// full, changes are refused and reads see the last commit; otherwise
  /// everything is refused. Throws as apply() does.
  void revise(std::span<const std::unique_ptr<batch>> group, commit_result result);

  /// Returns true if the group has changes to write.
  bool has_changes() const noexcept { return !changes_.is_empty(); }

  /// Returns how long the last commit() waited for syncs; 0 if it wrote nothing.
  std::chrono::nanoseconds sync_time() const noexcept { return sync_time_; }

  /// Approximate memory of the counters in memory, in bytes.
  std::size_t bytes() const noexcept { return table_.bytes(); }

private:
  outcome load(batch& batch);
  outcome load_due(time_point now);
  void need(std::string_view name, std::uint64_t hash);
  outcome load_needed();
  outcome load_idempotency_record(const std::string& id, time_point now);
  void apply_reads(batch& batch);
  void evict();

  ledger& ledger_;
  shard_metrics& metrics_;
  std::unique_ptr<ledger_writer> writer_;
  const counter::placement& placement_;
  const unsigned shard_;
  const std::size_t bytes_max_;
  change_set changes_;
  table table_;
  std::chrono::nanoseconds sync_time_{};
  std::string due_position_;  // where the next read_due() goes on
  // Counters that one load() reads; members, so that they keep their memory.
  std::vector<std::string_view> needed_;
  std::vector<std::uint64_t> needed_hashes_;
  std::vector<std::optional<state>> states_;
};

}  // namespace counter
