#include "storage/rocksdb/shortage_file_system.hpp"

#include "storage/rocksdb/shortage.hpp"

#include <cerrno>
#include <utility>

namespace storage {

using rocksdb::DataVerificationInfo;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

IOStatus classified(IOStatus status) {
  if (status.ok() || status.IsNoSpace() || shortage_of(status) == shortage::none)
    return status;
  auto shortage = IOStatus::NoSpace(status.getState());
  shortage.SetRetryable(true);  // as the system's layer does
  return shortage;
}

}  // namespace

class shortage_file_system::file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  explicit file(std::unique_ptr<FSWritableFile> target)
      : FSWritableFileOwnerWrapper(std::move(target)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return classified(target()->Append(data, options, debug));
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const DataVerificationInfo& verification, IODebugContext* debug) override {
    return classified(target()->Append(data, options, verification, debug));
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                            IODebugContext* debug) override {
    return classified(target()->PositionedAppend(data, offset, options, debug));
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                            const DataVerificationInfo& verification,
                            IODebugContext* debug) override {
    return classified(target()->PositionedAppend(data, offset, options, verification, debug));
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    return classified(target()->Truncate(size, options, debug));
  }
  IOStatus Allocate(std::uint64_t offset, std::uint64_t bytes, const IOOptions& options,
                    IODebugContext* debug) override {
    return classified(target()->Allocate(offset, bytes, options, debug));
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return classified(target()->Flush(options, debug));
  }
  // The sync of a log that fails for a shortage is final all the same: see wal_file_system.
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return classified(target()->Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return classified(target()->Fsync(options, debug));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return classified(target()->Close(options, debug));
  }

  /// Replaces `result` if the call that made it has succeeded.
  static IOStatus wrap(IOStatus status, std::unique_ptr<FSWritableFile>* result) {
    if (status.ok())
      *result = std::make_unique<file>(std::move(*result));
    return classified(std::move(status));
  }
};

IOStatus shortage_file_system::NewSequentialFile(const std::string& name,
                                                 const rocksdb::FileOptions& options,
                                                 std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                                 Debug* debug) {
  return classified(target()->NewSequentialFile(name, options, result, debug));
}

IOStatus shortage_file_system::NewRandomAccessFile(
    const std::string& name, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* result, Debug* debug) {
  return classified(target()->NewRandomAccessFile(name, options, result, debug));
}

IOStatus shortage_file_system::NewWritableFile(const std::string& name,
                                               const rocksdb::FileOptions& options,
                                               std::unique_ptr<FSWritableFile>* result,
                                               Debug* debug) {
  return file::wrap(target()->NewWritableFile(name, options, result, debug), result);
}

IOStatus shortage_file_system::ReopenWritableFile(const std::string& name,
                                                  const rocksdb::FileOptions& options,
                                                  std::unique_ptr<FSWritableFile>* result,
                                                  Debug* debug) {
  return file::wrap(target()->ReopenWritableFile(name, options, result, debug), result);
}

IOStatus shortage_file_system::ReuseWritableFile(const std::string& name,
                                                 const std::string& old_name,
                                                 const rocksdb::FileOptions& options,
                                                 std::unique_ptr<FSWritableFile>* result,
                                                 Debug* debug) {
  return file::wrap(target()->ReuseWritableFile(name, old_name, options, result, debug), result);
}

IOStatus shortage_file_system::NewDirectory(const std::string& name, const Options& options,
                                            std::unique_ptr<rocksdb::FSDirectory>* result,
                                            Debug* debug) {
  return classified(target()->NewDirectory(name, options, result, debug));
}

IOStatus shortage_file_system::GetChildren(const std::string& name, const Options& options,
                                           std::vector<std::string>* result, Debug* debug) {
  return classified(target()->GetChildren(name, options, result, debug));
}

IOStatus shortage_file_system::CreateDir(const std::string& name, const Options& options,
                                         Debug* debug) {
  return classified(target()->CreateDir(name, options, debug));
}

IOStatus shortage_file_system::CreateDirIfMissing(const std::string& name, const Options& options,
                                                  Debug* debug) {
  return classified(target()->CreateDirIfMissing(name, options, debug));
}

IOStatus shortage_file_system::RenameFile(const std::string& from, const std::string& to,
                                          const Options& options, Debug* debug) {
  return classified(target()->RenameFile(from, to, options, debug));
}

IOStatus shortage_file_system::LinkFile(const std::string& from, const std::string& to,
                                        const Options& options, Debug* debug) {
  auto status = target()->LinkFile(from, to, options, debug);
  // The file belongs to another user (fs.protected_hardlinks), or the file system has no links,
  // for which it may return any of these, or too many. If the directory refuses, so will the copy.
  for (const int error : {EPERM, EMLINK, ENOSYS, EACCES, EINVAL})
    if (has_error(status, error))
      return IOStatus::NotSupported(status.getState());
  return classified(std::move(status));
}

IOStatus shortage_file_system::LockFile(const std::string& name, const Options& options,
                                        rocksdb::FileLock** lock, Debug* debug) {
  return classified(target()->LockFile(name, options, lock, debug));
}

}  // namespace storage
