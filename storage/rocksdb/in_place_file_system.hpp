#pragma once

#include <rocksdb/file_system.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace storage {

/// A file layer for the database in one directory. Once that directory has been moved, or another
/// one is in its place, a path leads to files that are not the database's: then the layer opens,
/// creates, renames and deletes nothing any more, and reports an I/O error. Passes everything else
/// on to its target. Thread-safe.
class in_place_file_system final : public rocksdb::FileSystemWrapper {
public:
  /// `database` exists. Throws std::runtime_error if it cannot be opened.
  in_place_file_system(const std::shared_ptr<rocksdb::FileSystem>& target,
                       std::filesystem::path database);
  ~in_place_file_system() override;

  in_place_file_system(const in_place_file_system&) = delete;
  in_place_file_system& operator=(const in_place_file_system&) = delete;

  static const char* kClassName() { return "counterd-in-place"; }
  const char* Name() const override { return kClassName(); }

  using Options = rocksdb::IOOptions;
  using Debug = rocksdb::IODebugContext;
  using Status = rocksdb::IOStatus;

  /// Returns an I/O error if the path of the database leads elsewhere. A path that cannot be
  /// followed for want of memory or rights is no reason.
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
  Status CreateDir(const std::string& name, const Options& options, Debug* debug) override;
  Status CreateDirIfMissing(const std::string& name, const Options& options, Debug* debug) override;
  Status DeleteFile(const std::string& name, const Options& options, Debug* debug) override;
  Status DeleteDir(const std::string& name, const Options& options, Debug* debug) override;
  Status RenameFile(const std::string& from, const std::string& to, const Options& options,
                    Debug* debug) override;
  Status LinkFile(const std::string& from, const std::string& to, const Options& options,
                  Debug* debug) override;

private:
  const std::filesystem::path database_;
  int descriptor_;  // of the directory, wherever it is
};

}  // namespace storage
