#pragma once

#include "counter/mutex.hpp"
#include "storage/rocksdb/database_opener.hpp"
#include "storage/rocksdb/disk_health.hpp"
#include "storage/rocksdb/settings.hpp"
#include "storage/rocksdb/writer_priority_mutex.hpp"

#include <rocksdb/status.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace rocksdb {
class DB;
}

namespace storage {

/// The open RocksDB database of a ledger. Decides when it is closed and opened anew, which
/// is the only way to go on after a full disk: RocksDB does not write to a log again after
/// a write has failed.
///
/// Thread-safe after adopt(). Whoever uses the database holds mutex() shared; heal()
/// holds it exclusively while it replaces the database.
class live_database {
public:
  /// Opens nothing yet. `path` is the database's directory.
  live_database(const std::filesystem::path& path, const settings& settings);
  /// Closes the database. No other thread may use it any more.
  ~live_database();

  live_database(const live_database&) = delete;
  live_database& operator=(const live_database&) = delete;

  /// For recover(), which opens the database at the start.
  database_opener& opener() noexcept { return opener_; }
  /// Takes over the database that opener() has opened to write. To be called once, before
  /// any other function below.
  void adopt(std::unique_ptr<rocksdb::DB> opened);

  writer_priority_mutex& mutex() ABSL_LOCK_RETURNED(mutex_) { return mutex_; }
  /// Null if an attempt to open the database anew has failed, for good or until the next one:
  /// reason() is then why.
  rocksdb::DB* get() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return database_.get(); }
  const rocksdb::Status& reason() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return reason_; }
  /// Syncs the log; a failure is final, see disk_health::fail(). Returns false if it failed or
  /// there is no log that takes a sync: the disk has failed, the log hit a full disk and was
  /// synced then, or the database is open only to read. Blocks.
  bool sync_log() noexcept ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  counter::health health() const noexcept { return health_.now(); }
  /// A write or a sync of the database failed: see disk_health::report().
  counter::health report(const rocksdb::Status& status) noexcept;

  /// Opens the database anew if the disk was full and has room again, and there are descriptors;
  /// health() says with what result. Does nothing while another thread does it, or within a second
  /// of an attempt that failed. Blocks for as long as RocksDB needs to read the log.
  void heal() noexcept ABSL_LOCKS_EXCLUDED(mutex_);

  /// All rows up to this sequence number are committed. Numbers may come in any order.
  void acknowledge(std::uint64_t sequence) noexcept;
  /// The greatest of those numbers.
  std::uint64_t acknowledged() const noexcept { return acknowledged_.load(); }

private:
  bool can_sync_log() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void reopen() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  database_opener opener_;
  disk_health health_;
  const bool syncs_at_intervals_;
  std::atomic<std::uint64_t> acknowledged_ = 0;
  writer_priority_mutex mutex_;
  // Destroyed before the members above, to which it reports until it is closed.
  std::unique_ptr<rocksdb::DB> database_ ABSL_GUARDED_BY(mutex_);
  rocksdb::Status reason_ ABSL_GUARDED_BY(mutex_);
  bool is_read_only_ ABSL_GUARDED_BY(mutex_) = false;
  counter::mutex healing_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  std::chrono::steady_clock::time_point next_healing_ ABSL_GUARDED_BY(healing_mutex_){};
};

}  // namespace storage
