#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <string>
#include <vector>

namespace storage {

/// A file layer that reports each shortage (shortage.hpp) as IsNoSpace(): RocksDB's layer for
/// the system does so for ENOSPC only, and whatever else fails counts as a failed disk. It also
/// reports a refused hard link as IsNotSupported(), after which RocksDB copies the file. Passes
/// everything else on to its target. Thread-safe.
class shortage_file_system final : public rocksdb::FileSystemWrapper {
public:
  explicit shortage_file_system(const std::shared_ptr<rocksdb::FileSystem>& target)
      : FileSystemWrapper(target) {}

  static const char* kClassName() { return "counterd-shortage"; }
  const char* Name() const override { return kClassName(); }

  using Options = rocksdb::IOOptions;
  using Debug = rocksdb::IODebugContext;
  using Status = rocksdb::IOStatus;

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
  Status NewDirectory(const std::string& name, const Options& options,
                      std::unique_ptr<rocksdb::FSDirectory>* result, Debug* debug) override;
  Status GetChildren(const std::string& name, const Options& options,
                     std::vector<std::string>* result, Debug* debug) override;
  Status CreateDir(const std::string& name, const Options& options, Debug* debug) override;
  Status CreateDirIfMissing(const std::string& name, const Options& options, Debug* debug) override;
  Status RenameFile(const std::string& from, const std::string& to, const Options& options,
                    Debug* debug) override;
  Status LinkFile(const std::string& from, const std::string& to, const Options& options,
                  Debug* debug) override;
  Status LockFile(const std::string& name, const Options& options, rocksdb::FileLock** lock,
                  Debug* debug) override;

private:
  class file;
};

}  // namespace storage
