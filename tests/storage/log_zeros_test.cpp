#include "storage/rocksdb/wal_file_system.hpp"
#include "tests/storage/support/file_bytes.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <doctest/doctest.h>

#include <rocksdb/file_system.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace {

/// A log in a file of its own, written as RocksDB does: each record is prepared, appended and
/// flushed; a sync ends a group.
class log {
public:
  explicit log(const std::filesystem::path& path) : path_(path) {
    const rocksdb::FileOptions options;
    REQUIRE(files_.NewWritableFile(path.string(), options, &file_, nullptr).ok());
  }

  /// Returns by how much the file grew.
  std::uintmax_t commit(std::size_t bytes) {
    const auto before = std::filesystem::file_size(path_);
    const std::string record(bytes, static_cast<char>('a' + groups_++ % 26));
    file_->PrepareWrite(written_.size(), record.size(), {}, nullptr);
    REQUIRE(file_->Append(record, {}, nullptr).ok());
    REQUIRE(file_->Flush({}, nullptr).ok());
    REQUIRE(file_->Sync({}, nullptr).ok());
    written_ += record;
    return std::filesystem::file_size(path_) - before;
  }

  void close() { REQUIRE(file_->Close({}, nullptr).ok()); }

  const std::string& written() const { return written_; }

private:
  storage::wal_file_system files_{rocksdb::FileSystem::Default()};
  const std::filesystem::path path_;
  std::unique_ptr<rocksdb::FSWritableFile> file_;
  std::string written_;
  unsigned groups_ = 0;
};

constexpr std::size_t small = 100;
constexpr std::size_t large = std::size_t{64} << 10;

}  // namespace

TEST_CASE("a log is filled with zeros in advance for small groups, and not for large ones") {
  const storage_tests::temporary_directory directory;
  const auto path = directory.path() / "000001.log";
  log log{path};
  CHECK(log.commit(small) > large);
  for (int i = 0; i < 5; ++i)
    CHECK(log.commit(small) == 0);

  while (log.commit(large) == 0) {
  }
  for (int i = 0; i < 5; ++i)
    CHECK(log.commit(large) == large);

  CHECK(log.commit(small) == small);  // the group before was large
  CHECK(log.commit(small) > large);
  CHECK(log.commit(small) == 0);

  log.close();
  CHECK(storage_tests::bytes_of(path) == log.written());
}
