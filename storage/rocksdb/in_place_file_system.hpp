#pragma once

#include "counter/mutex.hpp"

#include <rocksdb/file_system.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace storage {

/// A file layer for the database in one directory. Once that directory, or what is in it, has been
/// moved or replaced, a path leads to files that are not the database's: then the layer opens,
/// creates, renames, lists and deletes nothing any more, and reports an I/O error. It tells by the
/// directory, by the file that RocksDB has locked, and by those that it is told of. Passes
/// everything else on to its target. Thread-safe.
class in_place_file_system final : public rocksdb::FileSystemWrapper {
public:
  /// Calls pin(database).
  in_place_file_system(const std::shared_ptr<rocksdb::FileSystem>& target,
                       const std::filesystem::path& database);
  ~in_place_file_system() override;

  in_place_file_system(const in_place_file_system&) = delete;
  in_place_file_system& operator=(const in_place_file_system&) = delete;

  static const char* kClassName() { return "counterd-in-place"; }
  const char* Name() const override { return kClassName(); }

  using Options = rocksdb::IOOptions;
  using Debug = rocksdb::IODebugContext;
  using Status = rocksdb::IOStatus;

  /// From now on `path` must lead to the file or directory to which it leads now. Does nothing if
  /// it cannot be opened.
  void pin(const std::filesystem::path& path);

  /// Returns an I/O error if a path leads elsewhere. A path that cannot be followed for want of
  /// memory or rights is no reason.
  Status check_place() const;

  Status NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSSequentialFile>* result,
                           Debug* debug) override;
  Status NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                             std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                             Debug* debug) override;
  Status NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                         std::unique_ptr<rocksdb::FSWritableFile>* result, Debug* debug) override;
  Status ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                            std::unique_ptr<rocksdb::FSWritableFile>* result,
                            Debug* debug) override;
  Status ReuseWritableFile(const std::string& name, const std::string& old_name,
                           const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result, Debug* debug) override;
  Status GetChildren(const std::string& name, const Options& options,
                     std::vector<std::string>* result, Debug* debug) override;
  Status CreateDir(const std::string& name, const Options& options, Debug* debug) override;
  Status CreateDirIfMissing(const std::string& name, const Options& options, Debug* debug) override;
  Status DeleteFile(const std::string& name, const Options& options, Debug* debug) override;
  Status DeleteDir(const std::string& name, const Options& options, Debug* debug) override;
  Status RenameFile(const std::string& from, const std::string& to, const Options& options,
                    Debug* debug) override;
  Status LinkFile(const std::string& from, const std::string& to, const Options& options,
                  Debug* debug) override;
  Status LockFile(const std::string& name, const Options& options, rocksdb::FileLock** lock,
                  Debug* debug) override;

private:
  struct pinned {
    std::filesystem::path path;
    int descriptor;  // of the file or directory, wherever it is

    bool is_in_place() const;
  };

  mutable counter::mutex mutex_;
  std::vector<pinned> pinned_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace storage
