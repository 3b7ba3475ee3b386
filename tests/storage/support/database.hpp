#pragma once

#include "storage/rocksdb/database_opener.hpp"
#include "tests/storage/support/file_bytes.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <rocksdb/write_batch.h>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace storage_tests {

/// Returns the bytes of each file, by name.
inline std::map<std::string, std::string> files_in(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator{directory})
    files[entry.path().filename().string()] = bytes_of(entry.path());
  return files;
}

inline std::vector<std::filesystem::path> logs_in(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> logs;
  for (const auto& entry : std::filesystem::directory_iterator{directory})
    if (entry.path().extension() == ".log")
      logs.push_back(entry.path());
  return logs;
}

/// A database that is opened as the ledger opens it, with rows of its own.
class database {
public:
  using mode = storage::database_opener::access;

  explicit database(
      const std::shared_ptr<rocksdb::FileSystem>& file_system = storage::default_file_system())
      : opener_(path(), std::size_t{8} << 20, file_system,
                [this](const rocksdb::Status&) { ++failures_; }) {
    open(mode::create);
  }

  void open(mode access = mode::write) {
    const auto status = opener_.open(access, rows_);
    REQUIRE_MESSAGE(status.ok(), status.ToString());
  }
  /// Ends it as a process does that is killed: without a flush.
  void close() { rows_.reset(); }

  void put(int rows) {
    rocksdb::WriteBatch batch;
    for (int row = 0; row < rows; ++row)
      batch.Put(std::to_string(next_row_++), "value");
    rocksdb::WriteOptions synced;
    synced.sync = true;
    REQUIRE(rows_->Write(synced, &batch).ok());
  }
  bool try_flush() { return rows_->Flush({}).ok(); }
  void flush() { REQUIRE(try_flush()); }
  int failures() const { return failures_; }

  bool has_all() {
    std::string value;
    for (int row = 0; row < next_row_; ++row)
      if (!rows_->Get({}, std::to_string(row), &value).ok())
        return false;
    return true;
  }
  std::uint64_t last_number() const { return rows_->GetLatestSequenceNumber(); }

  /// The last row's number, found without opening the database to write.
  std::uint64_t inspected() {
    std::uint64_t number = 0;
    const auto status = opener_.inspect(number);
    REQUIRE_MESSAGE(status.ok(), status.ToString());
    return number;
  }

  std::filesystem::path path() const { return directory_.path() / "db"; }
  std::filesystem::path manifest() const {
    const auto name = bytes_of(path() / "CURRENT");
    REQUIRE(name.starts_with("MANIFEST-"));
    REQUIRE(name.ends_with('\n'));
    return path() / name.substr(0, name.size() - 1);
  }

private:
  temporary_directory directory_;
  std::atomic<int> failures_ = 0;
  storage::database_opener opener_;
  std::unique_ptr<rocksdb::DB> rows_;
  int next_row_ = 0;
};

}  // namespace storage_tests
