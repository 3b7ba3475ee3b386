#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <string>

namespace storage {

/// A file layer that makes a MANIFEST, the list of a database's files, survive a power
/// failure at any moment. Passes everything else on to its target. Thread-safe.
class manifest_file_system final : public rocksdb::FileSystemWrapper {
public:
  explicit manifest_file_system(const std::shared_ptr<rocksdb::FileSystem>& target)
      : FileSystemWrapper(target) {}

  static const char* kClassName() { return "counterd-manifest-guard"; }
  const char* Name() const override { return kClassName(); }

  /// Opens a MANIFEST that ends before its first record that is not whole (valid_prefix).
  /// A power failure may have torn records that were not synced, and no file depends on
  /// those; RocksDB would treat them as damage. Reads the file into memory.
  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext* debug) override;

  /// Before CURRENT, which names the MANIFEST, is replaced: syncs the directory, so that
  /// the MANIFEST cannot lose its name in a power failure after that.
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
};

}  // namespace storage
