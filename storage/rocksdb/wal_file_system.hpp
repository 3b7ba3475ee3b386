#pragma once

#include "counter/mutex.hpp"
#include "storage/rocksdb/sync_clock.hpp"

#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>

namespace storage {

/// A file layer that watches the log, and knows after a failure what RocksDB does not
/// say: whether the record that was being written is certainly not in the log, or may be
/// there after a restart. It also fills logs with zeros in advance, so that a sync does not
/// have to write a length. Passes everything else on to its target. Thread-safe.
class wal_file_system final : public rocksdb::FileSystemWrapper {
public:
  explicit wal_file_system(const std::shared_ptr<rocksdb::FileSystem>& target)
      : FileSystemWrapper(target) {}

  static const char* kClassName() { return "counterd-log-watch"; }
  const char* Name() const override { return kClassName(); }

  /// Returns whether a group that has failed since clear() may be on the disk: the log
  /// could not be synced, or not be written for another reason than a full disk, or the
  /// directory sync failed that a commit waits for after it has written.
  bool is_unsure() const noexcept { return unsure_.load(); }

  /// Returns whether, since clear(), a log hit a full disk: its last record is torn or was
  /// truncated away, everything before it is synced, in older logs too, and the log takes no
  /// more writes.
  bool is_cut() const noexcept { return cut_.load(); }

  /// Measures the syncs that commits wait for: of logs and of their directory.
  const sync_clock& commit_syncs() const noexcept { return commit_syncs_; }

  /// To be called while no database is open.
  void clear() noexcept {
    unsure_ = false;
    cut_ = false;
  }

  /// Marks its thread as committing a group, for as long as it exists. Not to be nested.
  class commit_scope {
  public:
    commit_scope() noexcept { is_committing = true; }
    ~commit_scope() { is_committing = false; }
    commit_scope(const commit_scope&) = delete;
    commit_scope& operator=(const commit_scope&) = delete;
  };

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* result,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;

private:
  class log_file;
  class directory;

  bool sync_logs(const std::string& parent, const rocksdb::IOOptions& options,
                 rocksdb::IODebugContext* debug);
  template <class Sync>
  rocksdb::IOStatus timed(Sync sync);
  rocksdb::IOStatus log_failed(rocksdb::IOStatus status);
  rocksdb::IOStatus after_log_failed(rocksdb::IOStatus status);
  void watch(const std::string& name, std::unique_ptr<rocksdb::FSWritableFile>* file);

  static thread_local bool is_committing;
  sync_clock commit_syncs_;
  std::atomic<bool> unsure_ = false;
  std::atomic<bool> cut_ = false;
  counter::mutex logs_mutex_;
  std::set<log_file*> logs_ ABSL_GUARDED_BY(logs_mutex_);  // those that are open
};

}  // namespace storage
