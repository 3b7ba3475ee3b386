#include "storage/rocksdb/ledger_metrics.hpp"

#include "storage/rocksdb/live_database.hpp"
#include "storage/rocksdb/shared_write_buffer.hpp"

#include <rocksdb/db.h>

#include <chrono>
#include <filesystem>
#include <system_error>

namespace storage {

void ledger_metrics::count(const counter::backup& backup) noexcept {
  if (backup.outcome == counter::outcome::backup_exists)
    return;
  if (backup.outcome != counter::outcome::ok) {
    failed_backups_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  backups_.fetch_add(1, std::memory_order_relaxed);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  last_backup_ = std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

void ledger_metrics::sample(live_database& database, const shared_write_buffer& buffer) noexcept {
  const auto& opener = database.opener();
  std::error_code error;
  if (const auto space = std::filesystem::space(opener.path(), error); !error)
    free_bytes_ = space.available;
  needed_bytes_ = opener.room_bytes();
  write_buffer_bytes_ = buffer.bytes();
  const shared_lock lock{database.mutex()};
  auto* rows = database.get();
  if (rows == nullptr)
    return;
  using properties = rocksdb::DB::Properties;
  std::uint64_t value = 0;
  if (rows->GetIntProperty(properties::kEstimatePendingCompactionBytes, &value))
    pending_compaction_bytes_ = value;
  std::uint64_t is_stopped = 0;
  std::uint64_t delayed_rate = 0;
  if (rows->GetIntProperty(properties::kIsWriteStopped, &is_stopped) &&
      rows->GetIntProperty(properties::kActualDelayedWriteRate, &delayed_rate))
    is_stalled_ = is_stopped != 0 || delayed_rate != 0;
}

counter::ledger_statistics ledger_metrics::values() const noexcept {
  return {.free_bytes = free_bytes_,
          .needed_bytes = needed_bytes_,
          .read_failures = read_failures_,
          .backups = backups_,
          .failed_backups = failed_backups_,
          .last_backup = last_backup_,
          .write_buffer_bytes = write_buffer_bytes_,
          .pending_compaction_bytes = pending_compaction_bytes_,
          .syncing = sync_.busy_for(metrics::pulse::clock::now()),
          .is_stalled = is_stalled_};
}

}  // namespace storage
