#pragma once

#include "counter/call.hpp"
#include "counter/shard/ledger_statistics.hpp"
#include "metrics/pulse.hpp"

#include <atomic>
#include <cstdint>

namespace storage {

class live_database;
class shared_write_buffer;

/// Counts what a ledger does, and samples what asking its disk takes. Thread-safe.
class ledger_metrics {
public:
  void count_read_failure() noexcept { read_failures_.fetch_add(1, std::memory_order_relaxed); }

  /// Counts a backup that is complete or has failed; one that exists already counts as neither.
  void count(const counter::backup& backup) noexcept;

  /// Renews the numbers of the disk and the database. Blocks for as long as the disk does. Throws
  /// nothing: a number that cannot be had stays as it is.
  void sample(live_database& database, const shared_write_buffer& buffer) noexcept;

  /// Shows since when the thread that syncs at intervals has been in a sync. For that thread.
  metrics::pulse& sync() noexcept { return sync_; }

  /// Does not block.
  counter::ledger_statistics values() const noexcept;

private:
  using number = std::atomic<std::uint64_t>;

  metrics::pulse sync_;
  number read_failures_ = 0;
  number backups_ = 0;
  number failed_backups_ = 0;
  std::atomic<std::int64_t> last_backup_ = 0;
  number free_bytes_ = 0;
  number needed_bytes_ = 0;
  number write_buffer_bytes_ = 0;
  number pending_compaction_bytes_ = 0;
  std::atomic<bool> is_stalled_ = false;
};

}  // namespace storage
