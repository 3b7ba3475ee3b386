#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace storage_tests {

/// A target for file layers that several threads call at once. It stores nothing and has no
/// locks, and its only atomic is relaxed: it orders no two threads, so ThreadSanitizer
/// reports every race in the layers above. A function that is not overridden must not be
/// called, because it has no target itself.
///
/// The caller decides what fails: an Append() of `no_space`, `quota` or `broken`, and the
/// sync of `broken_directory`.
class lockless_file_system final : public rocksdb::FileSystemWrapper {
public:
  static constexpr const char* no_space = "no space";
  static constexpr const char* quota = "quota";
  static constexpr const char* broken = "broken";
  static constexpr const char* broken_directory = "/broken";

  /// Every file that is opened to read has these bytes.
  explicit lockless_file_system(std::string bytes = {})
      : FileSystemWrapper(nullptr),
        bytes_(std::move(bytes)) {}

  static const char* kClassName() { return "counterd-lockless"; }
  const char* Name() const override { return kClassName(); }

  /// Returns how many calls were made to a file after its Close().
  int late_calls() const { return late_calls_.load(std::memory_order_relaxed); }

  using Debug = rocksdb::IODebugContext;
  using Options = rocksdb::IOOptions;
  using Status = rocksdb::IOStatus;

  Status NewSequentialFile(const std::string& /*name*/, const rocksdb::FileOptions& /*options*/,
                           std::unique_ptr<rocksdb::FSSequentialFile>* result,
                           Debug* /*debug*/) override {
    *result = std::make_unique<reader>(bytes_);
    return Status::OK();
  }
  Status NewWritableFile(const std::string& /*name*/, const rocksdb::FileOptions& /*options*/,
                         std::unique_ptr<rocksdb::FSWritableFile>* result,
                         Debug* /*debug*/) override {
    *result = std::make_unique<file>(late_calls_);
    return Status::OK();
  }
  Status ReuseWritableFile(const std::string& name, const std::string& /*old_name*/,
                           const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           Debug* debug) override {
    return NewWritableFile(name, options, result, debug);
  }
  Status NewDirectory(const std::string& name, const Options& /*options*/,
                      std::unique_ptr<rocksdb::FSDirectory>* result, Debug* /*debug*/) override {
    *result = std::make_unique<directory>(name == broken_directory);
    return Status::OK();
  }
  Status RenameFile(const std::string& /*from*/, const std::string& /*to*/,
                    const Options& /*options*/, Debug* /*debug*/) override {
    return Status::OK();
  }
  Status LinkFile(const std::string& /*from*/, const std::string& /*to*/,
                  const Options& /*options*/, Debug* /*debug*/) override {
    return failed(EPERM);
  }

private:
  /// Returns what the system's layer does.
  static Status failed(int error) {
    return Status::IOError("by a test", std::generic_category().message(error));
  }

  class reader final : public rocksdb::FSSequentialFile {
  public:
    explicit reader(const std::string& bytes) : bytes_(bytes) {}
    Status Read(std::size_t max, const Options& /*options*/, rocksdb::Slice* result, char* scratch,
                Debug* /*debug*/) override {
      const auto count = bytes_.copy(scratch, max, position_);
      position_ += count;
      *result = {scratch, count};
      return Status::OK();
    }
    Status Skip(std::uint64_t count) override {
      position_ += count;
      return Status::OK();
    }

  private:
    const std::string& bytes_;
    std::size_t position_ = 0;
  };

  /// is_closed_ is not atomic: ThreadSanitizer reports a layer that lets one thread sync
  /// a file while another closes or destroys it.
  class file final : public rocksdb::FSWritableFile {
  public:
    explicit file(std::atomic<int>& late_calls) : late_calls_(late_calls) {}

    using FSWritableFile::Append;
    Status Append(const rocksdb::Slice& data, const Options& /*options*/,
                  Debug* /*debug*/) override {
      if (data == no_space)
        return Status::NoSpace("by a test");
      if (data == quota)
        return failed(EDQUOT);
      return data == broken ? failed(EIO) : noted();
    }
    using FSWritableFile::PositionedAppend;
    Status PositionedAppend(const rocksdb::Slice& /*data*/, std::uint64_t /*offset*/,
                            const Options& /*options*/, Debug* /*debug*/) override {
      return noted();
    }
    Status Truncate(std::uint64_t /*size*/, const Options& /*options*/, Debug* /*debug*/) override {
      return noted();
    }
    // RocksDB 9 asks for it; earlier versions have it already.
    std::uint64_t GetFileSize(const Options& /*options*/, Debug* /*debug*/) override { return 0; }
    Status Flush(const Options& /*options*/, Debug* /*debug*/) override { return noted(); }
    Status Sync(const Options& /*options*/, Debug* /*debug*/) override { return noted(); }
    Status Fsync(const Options& /*options*/, Debug* /*debug*/) override { return noted(); }
    Status RangeSync(std::uint64_t /*offset*/, std::uint64_t /*bytes*/, const Options& /*options*/,
                     Debug* /*debug*/) override {
      return noted();
    }
    Status Close(const Options& /*options*/, Debug* /*debug*/) override {
      is_closed_ = true;
      return Status::OK();
    }

  private:
    Status noted() {
      if (is_closed_)
        late_calls_.fetch_add(1, std::memory_order_relaxed);
      return Status::OK();
    }

    std::atomic<int>& late_calls_;
    bool is_closed_ = false;
  };

  class directory final : public rocksdb::FSDirectory {
  public:
    explicit directory(bool is_broken) : is_broken_(is_broken) {}
    Status Fsync(const Options& /*options*/, Debug* /*debug*/) override {
      return is_broken_ ? failed(EIO) : Status::OK();
    }

  private:
    bool is_broken_;
  };

  const std::string bytes_;
  std::atomic<int> late_calls_ = 0;
};

}  // namespace storage_tests
