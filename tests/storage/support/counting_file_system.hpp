#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace storage_tests {

/// The system's files, and how many bytes are read from those that are read at random, as tables
/// are. Thread-safe.
class counting_file_system final : public rocksdb::FileSystemWrapper {
public:
  counting_file_system() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  static const char* kClassName() { return "counterd-counting"; }
  const char* Name() const override { return kClassName(); }

  std::uint64_t read_bytes() const noexcept { return *read_bytes_; }

  using Debug = rocksdb::IODebugContext;
  using Options = rocksdb::IOOptions;
  using Status = rocksdb::IOStatus;

  Status NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                             std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                             Debug* debug) override {
    auto status = FileSystemWrapper::NewRandomAccessFile(name, options, result, debug);
    if (status.ok())
      *result = std::make_unique<file>(std::move(*result), read_bytes_);
    return status;
  }

private:
  using counter_type = std::atomic<std::uint64_t>;

  class file final : public rocksdb::FSRandomAccessFileOwnerWrapper {
  public:
    file(std::unique_ptr<rocksdb::FSRandomAccessFile> target,
         std::shared_ptr<counter_type> read_bytes)
        : FSRandomAccessFileOwnerWrapper(std::move(target)),
          read_bytes_(std::move(read_bytes)) {}

    Status Read(std::uint64_t offset, std::size_t max, const Options& options,
                rocksdb::Slice* result, char* scratch, Debug* debug) const override {
      const auto status = target()->Read(offset, max, options, result, scratch, debug);
      *read_bytes_ += result->size();
      return status;
    }
    Status MultiRead(rocksdb::FSReadRequest* requests, std::size_t count, const Options& options,
                     Debug* debug) override {
      const auto status = target()->MultiRead(requests, count, options, debug);
      for (std::size_t i = 0; i < count; ++i)
        *read_bytes_ += requests[i].result.size();
      return status;
    }

  private:
    std::shared_ptr<counter_type> read_bytes_;
  };

  const std::shared_ptr<counter_type> read_bytes_ = std::make_shared<counter_type>(0);
};

}  // namespace storage_tests
