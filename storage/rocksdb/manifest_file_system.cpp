#include "storage/rocksdb/manifest_file_system.hpp"

#include "storage/rocksdb/valid_prefix.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace storage {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

bool is_manifest(std::string_view name) {
  return name.substr(name.find_last_of('/') + 1).starts_with("MANIFEST-");
}

/// Reads bytes in memory as a file.
class bytes_reader final : public rocksdb::FSSequentialFile {
public:
  explicit bytes_reader(std::string bytes) : bytes_(std::move(bytes)) {}

  IOStatus Read(std::size_t max, const IOOptions& /*options*/, Slice* result, char* scratch,
                IODebugContext* /*debug*/) override {
    const auto count = bytes_.copy(scratch, max, position_);
    position_ += count;
    *result = {scratch, count};
    return IOStatus::OK();
  }
  IOStatus Skip(std::uint64_t count) override {
    position_ += std::min<std::uint64_t>(count, bytes_.size() - position_);
    return IOStatus::OK();
  }

private:
  std::string bytes_;
  std::size_t position_ = 0;
};

}  // namespace

IOStatus manifest_file_system::NewSequentialFile(const std::string& name,
                                                 const rocksdb::FileOptions& options,
                                                 std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                                 IODebugContext* debug) {
  if (!is_manifest(name))
    return target()->NewSequentialFile(name, options, result, debug);
  std::string bytes;
  auto status = rocksdb::ReadFileToString(target(), name, &bytes);
  if (!status.ok())
    return status;
  bytes.resize(valid_prefix(bytes));
  *result = std::make_unique<bytes_reader>(std::move(bytes));
  return status;
}

IOStatus manifest_file_system::RenameFile(const std::string& from, const std::string& to,
                                          const IOOptions& options, IODebugContext* debug) {
  if (const auto slash = to.find_last_of('/'); to.substr(slash + 1) == "CURRENT") {
    std::unique_ptr<rocksdb::FSDirectory> directory;
    auto status = target()->NewDirectory(to.substr(0, slash), options, &directory, debug);
    if (status.ok())
      status = directory->Fsync(options, debug);
    if (!status.ok())
      return status;
  }
  return target()->RenameFile(from, to, options, debug);
}

}  // namespace storage
