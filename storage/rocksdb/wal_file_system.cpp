#include "storage/rocksdb/wal_file_system.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace storage {

using rocksdb::DataVerificationInfo;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

thread_local bool wal_file_system::is_committing = false;

namespace {

/// Written at once; so many that it rarely happens that a sync has to include them.
constexpr std::size_t zeros_bytes = std::size_t{256} << 10;

/// From so many bytes a sync on, zeros cost more than they save: they double what is written.
constexpr std::uint64_t zeros_worth_max = std::uint64_t{16} << 10;

}  // namespace

/// Syncs, and measures how long that takes if a commit waits for it.
template <class Sync>
IOStatus wal_file_system::timed(Sync sync) {
  if (!is_committing)
    return sync();
  const sync_clock::scope under_way{commit_syncs_};
  return sync();
}

/// A log. One thread at a time writes it; any thread may sync it meanwhile.
class wal_file_system::log_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  log_file(const std::string& name, std::unique_ptr<rocksdb::FSWritableFile> target,
           wal_file_system& owner)
      : FSWritableFileOwnerWrapper(std::move(target)),
        owner_(owner),
        parent_(name.substr(0, name.find_last_of('/'))) {
    const counter::mutex_lock lock{owner_.logs_mutex_};
    owner_.logs_.insert(this);
  }
  ~log_file() override { forget(); }

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return appended(data.size(), target()->Append(data, options, debug), options, debug);
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const DataVerificationInfo& verification, IODebugContext* debug) override {
    return appended(data.size(), target()->Append(data, options, verification, debug), options,
                    debug);
  }
  /// RocksDB reserves blocks here. This writes zeros instead as long as syncs are small: a sync of
  /// what is written over them changes neither the file's length nor its blocks, so it is a single
  /// write.
  void PrepareWrite(std::size_t offset, std::size_t bytes, const IOOptions& options,
                    IODebugContext* debug) override {
    static constexpr std::array<char, zeros_bytes> zeros{};
    if (!is_zeroing_)
      return;
    zeros_end_ = std::max<std::uint64_t>(zeros_end_, offset);
    // If there is no room for so many zeros, there may still be enough for the record.
    while (zeros_end_ < offset + bytes && can_write_zeros_) {
      can_write_zeros_ =
          target()->PositionedAppend({zeros.data(), zeros.size()}, zeros_end_, options, debug).ok();
      zeros_end_ += zeros.size();
    }
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    forget();
    if (zeros_end_ > bytes_)
      target()->Truncate(bytes_, options, debug).PermitUncheckedError();
    return target()->Close(options, debug);
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return owner_.log_failed(target()->Flush(options, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return synced([&] { return target()->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return synced([&] { return target()->Fsync(options, debug); });
  }
  IOStatus RangeSync(std::uint64_t offset, std::uint64_t bytes, const IOOptions& options,
                     IODebugContext* debug) override {
    return owner_.log_failed(target()->RangeSync(offset, bytes, options, debug));
  }

  bool is_synced() const { return synced_ == bytes_; }

private:
  void forget() {
    const counter::mutex_lock lock{owner_.logs_mutex_};
    owner_.logs_.erase(this);
  }

  IOStatus appended(std::size_t bytes, IOStatus status, const IOOptions& options,
                    IODebugContext* debug) {
    if (status.ok()) {
      bytes_ += bytes;
      return status;
    }
    if (!status.IsNoSpace() || owner_.is_unsure())
      return owner_.log_failed(std::move(status));
    // If this fails it does not matter: a start drops a torn record.
    target()->Truncate(bytes_, options, debug).PermitUncheckedError();
    // The last opportunity to sync what was acknowledged without a sync.
    if (owner_.sync_logs(parent_, options, debug))
      owner_.cut_ = true;
    return status;
  }

  template <class Sync>
  IOStatus synced(Sync sync) {
    const auto bytes = bytes_.load();
    auto status = owner_.timed(sync);
    if (status.ok())
      is_zeroing_ = bytes < synced_.exchange(bytes) + zeros_worth_max;
    return owner_.log_failed(std::move(status));
  }

  wal_file_system& owner_;
  const std::string parent_;
  std::uint64_t zeros_end_ = 0;
  bool can_write_zeros_ = true;
  std::atomic<bool> is_zeroing_ = true;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::uint64_t> synced_ = 0;
};

/// A commit that has begun a new log syncs the directory after it has written.
class wal_file_system::directory final : public rocksdb::FSDirectoryWrapper {
public:
  directory(std::unique_ptr<rocksdb::FSDirectory> target, wal_file_system& owner)
      : FSDirectoryWrapper(std::move(target)),
        owner_(owner) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return owner_.after_log_failed(
        owner_.timed([&] { return FSDirectoryWrapper::Fsync(options, debug); }));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& fsync_options) override {
    return owner_.after_log_failed(owner_.timed(
        [&] { return FSDirectoryWrapper::FsyncWithDirOptions(options, debug, fsync_options); }));
  }

private:
  wal_file_system& owner_;
};

IOStatus wal_file_system::NewWritableFile(const std::string& name,
                                          const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* result,
                                          IODebugContext* debug) {
  auto status = target()->NewWritableFile(name, options, result, debug);
  if (status.ok())
    watch(name, result);
  return status;
}

IOStatus wal_file_system::ReuseWritableFile(const std::string& name, const std::string& old_name,
                                            const rocksdb::FileOptions& options,
                                            std::unique_ptr<rocksdb::FSWritableFile>* result,
                                            IODebugContext* debug) {
  auto status = target()->ReuseWritableFile(name, old_name, options, result, debug);
  if (status.ok())
    watch(name, result);
  return status;
}

IOStatus wal_file_system::NewDirectory(const std::string& name, const IOOptions& options,
                                       std::unique_ptr<rocksdb::FSDirectory>* result,
                                       IODebugContext* debug) {
  auto status = target()->NewDirectory(name, options, result, debug);
  if (status.ok())
    *result = std::make_unique<directory>(std::move(*result), *this);
  return status;
}

void wal_file_system::watch(const std::string& name,
                            std::unique_ptr<rocksdb::FSWritableFile>* file) {
  if (name.ends_with(".log"))
    *file = std::make_unique<log_file>(name, std::move(*file), *this);
}

/// Syncs every open log and its directory entry. A start needs an older log until the table with
/// its rows is written, and RocksDB syncs the entry of a new log only with that log's first sync.
bool wal_file_system::sync_logs(const std::string& parent, const IOOptions& options,
                                IODebugContext* debug) {
  const counter::mutex_lock lock{logs_mutex_};
  if (std::all_of(logs_.begin(), logs_.end(), [](auto* log) { return log->is_synced(); }))
    return true;
  for (auto* log : logs_)
    if (!log->is_synced() && !log->Sync(options, debug).ok())
      return false;
  std::unique_ptr<rocksdb::FSDirectory> entries;
  // Without a descriptor for it, the entries are left to the kernel.
  return !target()->NewDirectory(parent, options, &entries, debug).ok() ||
         log_failed(entries->Fsync(options, debug)).ok();
}

IOStatus wal_file_system::log_failed(IOStatus status) {
  if (!status.ok())
    unsure_ = true;
  return status;
}

IOStatus wal_file_system::after_log_failed(IOStatus status) {
  if (!status.ok() && is_committing)
    unsure_ = true;
  return status;
}

}  // namespace storage
