#pragma once

#include "counter/durability.hpp"
#include "counter/shard/ledger.hpp"
#include "counter/time.hpp"
#include "storage/rocksdb/rows.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace rocksdb {
class WriteBatch;
}

namespace storage {

class commit_watermark;
class live_database;
class shared_write_buffer;
class sync_clock;
class throttled_log;

/// Commits the groups of all shards: writes each to the log as one batch, syncs it or
/// leaves that to sync_log(), advances the commit watermark, and shows the group to
/// readers. rocks_ledger.hpp describes the steps.
///
/// Thread-safe. Groups that several threads commit at once share a write and a sync.
class group_committer {
public:
  /// `database`, `buffer` and `log` outlive it. `stored_now` is the latest time in the
  /// database.
  group_committer(const counter::durability& durability, live_database& database,
                  shared_write_buffer& buffer, std::unique_ptr<commit_watermark> watermark,
                  throttled_log& log, counter::time_point stored_now);
  ~group_committer();

  group_committer(const group_committer&) = delete;
  group_committer& operator=(const group_committer&) = delete;

  /// Commits one group of a shard: the rows in `batch`, its counters' `changes` (see
  /// changes.hpp) and its `row`, which are added to `batch`. Blocks for a write and, with
  /// sync::always, a sync. Does not throw.
  counter::commit_result commit(rocksdb::WriteBatch& batch, std::span<const std::string> changes,
                                std::uint32_t shard, const shard_row& row) noexcept;

  /// Measures the syncs that commits wait for, whichever thread does them.
  const sync_clock& syncs() const noexcept;

  /// The latest time that a committed group had.
  counter::time_point stored_now() const noexcept;

  /// Syncs every group that was committed before the call and advances the watermark to the
  /// last of them. Does nothing if they are synced already, the disk has failed, or it is full
  /// and the log takes no sync: the watermark then stays where it is. Blocks.
  void sync_log() noexcept;

  /// To be called last, while no other call runs: writes everything to tables, so that the
  /// next start has no log to read, and syncs the watermark. Logs a failure, which loses
  /// nothing. Does nothing if the disk is full or has failed.
  void close() noexcept;

private:
  void advance_watermark(std::uint64_t sequence) noexcept;

  const counter::durability durability_;
  live_database& database_;
  shared_write_buffer& buffer_;
  const std::unique_ptr<commit_watermark> watermark_;
  throttled_log& log_;
  std::atomic<counter::time_point::rep> stored_now_;
};

}  // namespace storage
