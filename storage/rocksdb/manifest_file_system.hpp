#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <string>

namespace storage {

/// A file layer that makes a MANIFEST, which says what a database consists of, outlive
/// a power failure at any moment. The rest it passes on. Thread-safe.
class manifest_file_system final : public rocksdb::FileSystemWrapper {
public:
  explicit manifest_file_system(const std::shared_ptr<rocksdb::FileSystem>& target)
      : FileSystemWrapper(target) {}

  static const char* kClassName() { return "counterd-manifest-guard"; }
  const char* Name() const override { return kClassName(); }

  /// A MANIFEST without what a power failure left of its last records: nothing rests
  /// on those before they are synced. RocksDB would take that for damage.
  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext* debug) override;

  /// CURRENT, which names the MANIFEST, takes its place when that has its name for good.
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
};

}  // namespace storage
