#include "tests/storage/support/fault_file_system.hpp"

#include <utility>

namespace storage_tests {

using rocksdb::DataVerificationInfo;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class fault_file_system::file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  file(std::unique_ptr<FSWritableFile> target, std::string name, fault_file_system& owner)
      : FSWritableFileOwnerWrapper(std::move(target)),
        name_(std::move(name)),
        owner_(owner) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return append(data, [&](const Slice& part) { return target()->Append(part, options, debug); });
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                            IODebugContext* debug) override {
    return append(data, [&](const Slice& part) {
      return target()->PositionedAppend(part, offset, options, debug);
    });
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    return owner_.attempt(
        change::truncate, [&] { return target()->Truncate(size, options, debug); }, [] {});
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return owner_.attempt(
        change::sync, [&] { return target()->Sync(options, debug); },
        [&] { owner_.note_synced(name_); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return owner_.attempt(
        change::sync, [&] { return target()->Fsync(options, debug); },
        [&] { owner_.note_synced(name_); });
  }
  /// Makes nothing safe.
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

private:
  /// Calls `act` with the data, with half of it, or not at all.
  template <class Act>
  IOStatus append(const Slice& data, Act act) {
    const std::lock_guard lock{owner_.mutex_};
    const auto injected = owner_.next_fault(change::append);
    if (injected == fault::none)
      return act(data);
    if (injected == fault::short_error || injected == fault::short_no_space) {
      // As the system's layer does; RocksDB does not learn how much was written.
      const auto status = act({data.data(), data.size() / 2});
      if (!status.ok())
        return status;
    }
    return owner_.status_of(injected);
  }

  std::string name_;
  fault_file_system& owner_;
};

class fault_file_system::directory final : public rocksdb::FSDirectoryWrapper {
public:
  directory(std::unique_ptr<rocksdb::FSDirectory> target, std::string name,
            fault_file_system& owner)
      : FSDirectoryWrapper(std::move(target)),
        name_(std::move(name)),
        owner_(owner) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return owner_.attempt(
        change::sync_directory, [&] { return FSDirectoryWrapper::Fsync(options, debug); },
        [&] { owner_.note_directory_synced(name_); });
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& fsync_options) override {
    return owner_.attempt(
        change::sync_directory,
        [&] { return FSDirectoryWrapper::FsyncWithDirOptions(options, debug, fsync_options); },
        [&] { owner_.note_directory_synced(name_); });
  }

private:
  std::string name_;
  fault_file_system& owner_;
};

void fault_file_system::wrap(std::unique_ptr<FSWritableFile>& target, const std::string& name) {
  target = std::make_unique<file>(std::move(target), name, *this);
}

IOStatus fault_file_system::NewDirectory(const std::string& name, const Options& options,
                                         std::unique_ptr<rocksdb::FSDirectory>* result,
                                         Debug* debug) {
  auto status = target()->NewDirectory(name, options, result, debug);
  if (status.ok())
    *result = std::make_unique<directory>(std::move(*result), name, *this);
  return status;
}

}  // namespace storage_tests
