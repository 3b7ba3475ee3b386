#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <string>

namespace storage {

/// A file layer that passes everything on, and notes what failed, where RocksDB
/// tells only that something did: a record that is torn will be dropped, one that
/// was written and not synced may be kept or not. Thread-safe.
class wal_file_system final : public rocksdb::FileSystemWrapper {
public:
  explicit wal_file_system(const std::shared_ptr<rocksdb::FileSystem>& target)
      : FileSystemWrapper(target) {}

  static const char* kClassName() { return "counterd-log-watch"; }
  const char* Name() const override { return kClassName(); }

  /// What has failed since clear() may be on the disk or not: the log could not
  /// be synced, or not be written for another reason than that there is no room,
  /// or something failed that a group waits for when it has been written.
  bool is_unsure() const noexcept { return unsure_.load(); }

  /// A log ends with a part of a record, or would, and is not written to again. All
  /// before it is synced.
  bool is_cut() const noexcept { return cut_.load(); }

  void clear() noexcept {
    unsure_ = false;
    cut_ = false;
  }

  /// While one exists, its thread is committing.
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

  rocksdb::IOStatus log_failed(rocksdb::IOStatus status);
  rocksdb::IOStatus after_log_failed(rocksdb::IOStatus status);
  void watch(const std::string& name, std::unique_ptr<rocksdb::FSWritableFile>* file);

  static thread_local bool is_committing;
  std::atomic<bool> unsure_ = false;
  std::atomic<bool> cut_ = false;
};

}  // namespace storage
