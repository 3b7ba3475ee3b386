// storage/rocksdb/ relies on some of RocksDB's inner behaviour: its files, its records and
// their numbers. RocksDB does not promise it, so each reliance is tested here for the
// version that this is built with.

#include "storage/rocksdb/check.hpp"
#include "storage/rocksdb/commit_watermark.hpp"
#include "storage/rocksdb/database_opener.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "storage/rocksdb/valid_prefix.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <rocksdb/write_batch.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using storage::valid_prefix;
using mode = storage::database_opener::access;
using namespace storage_tests;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t zeros_bytes = std::size_t{256} << 10;
constexpr std::size_t manifest_bytes_max = std::size_t{256} << 10;

std::string bytes_of(const fs::path& file) {
  std::ifstream input{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{input}, {}};
}

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

std::map<std::string, std::string> files_in(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator{directory})
    files[entry.path().filename().string()] = bytes_of(entry.path());
  return files;
}

std::vector<fs::path> logs_in(const fs::path& directory) {
  std::vector<fs::path> logs;
  for (const auto& entry : fs::directory_iterator{directory})
    if (entry.path().extension() == ".log")
      logs.push_back(entry.path());
  return logs;
}

/// A database that is opened as the ledger opens it, with rows of its own.
class database {
public:
  explicit database(
      const std::shared_ptr<rocksdb::FileSystem>& file_system = storage::default_file_system())
      : opener_(path(), std::size_t{8} << 20, file_system,
                [this](const rocksdb::Status&) { ++failures_; }) {
    open(mode::create);
  }

  void open(mode how = mode::write) {
    const auto status = opener_.open(how, rows_);
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

  fs::path path() const { return directory_.path() / "db"; }
  fs::path manifest() const {
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

/// Fails to create tables while `fails` is set, with an error that RocksDB may retry after.
class no_tables final : public rocksdb::FileSystemWrapper {
public:
  no_tables() : FileSystemWrapper(storage::default_file_system()) {}
  static const char* kClassName() { return "counterd-no-tables"; }
  const char* Name() const override { return kClassName(); }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    tables += name.ends_with(".sst") ? 1 : 0;
    if (!fails || !name.ends_with(".sst"))
      return target()->NewWritableFile(name, options, result, debug);
    auto status = rocksdb::IOStatus::IOError("an error, by a test");
    status.SetRetryable(true);
    return status;
  }

  std::atomic<bool> fails = false;
  std::atomic<int> tables = 0;  // that were begun, or would have been
};

}  // namespace

TEST_CASE("RocksDB writes a log over zeros, and truncates them when it closes the log") {
  database database;
  database.put(3);
  database.put(2'000);
  REQUIRE(logs_in(database.path()).size() == 1);
  const auto log = logs_in(database.path())[0];
  const auto open = bytes_of(log);
  CHECK(open.size() % zeros_bytes == 0);
  const auto end = open.find_last_not_of('\0') + 1;
  CHECK(end > 10'000);
  CHECK(end < open.size());
  database.close();
  const auto closed = bytes_of(log);
  CHECK(closed.size() >= end);
  CHECK(closed.size() < end + 10);  // a record may end with a zero
  CHECK(open.starts_with(closed));
  CHECK(valid_prefix(closed) == closed.size());
  database.open();
  CHECK(database.has_all());
}

TEST_CASE("inspect() finds the number of the last row in tables and logs, and changes no file") {
  database database;
  std::uint64_t rows = 0;
  const auto put = [&](int count) {
    database.put(count);
    rows += static_cast<std::uint64_t>(count);
    CHECK(database.last_number() == rows);
  };
  const auto look = [&] {
    database.close();
    const auto before = files_in(database.path());
    CHECK(database.inspected() == rows);
    // To look is to touch nothing.
    CHECK(files_in(database.path()) == before);
    database.open();
    CHECK(database.last_number() == rows);
  };
  look();
  put(1);
  look();  // a log only
  put(3);
  database.flush();
  look();  // tables only
  put(1'000);
  database.flush();
  put(2);
  look();  // both
  put(5'000);
  put(1);
  look();
  CHECK(database.has_all());
}

TEST_CASE("valid_prefix() of a whole MANIFEST is all of it") {
  database database;
  for (int round = 0; round < 3; ++round) {
    for (int table = 0; table < 7; ++table) {
      database.put(50);
      database.flush();
      const auto manifest = bytes_of(database.manifest());
      CHECK(manifest.size() > 50);
      CHECK(valid_prefix(manifest) == manifest.size());
    }
    database.close();
    database.open();
  }
}

TEST_CASE("open() ignores what a power failure leaves at the end of a MANIFEST") {
  database database;
  for (int table = 0; table < 3; ++table) {
    database.put(50);
    database.flush();
  }
  database.put(50);
  database.close();
  const auto whole = files_in(database.path());
  const auto manifest = database.manifest();
  const auto bytes = bytes_of(manifest);
  // A record as RocksDB makes them, of which a part is there, or one bit is wrong.
  const auto head = std::size_t{7};
  const auto length = static_cast<unsigned char>(bytes[4]) +
                      (std::size_t{static_cast<unsigned char>(bytes[5])} << 8);
  const auto record = bytes.substr(0, head + length);
  REQUIRE(valid_prefix(record) == record.size());
  auto wrong = record;
  wrong.back() = static_cast<char>(wrong.back() ^ 1);
  const std::string tails[] = {
      record.substr(0, 3),
      record.substr(0, head),
      record.substr(0, record.size() - 1),
      record.substr(0, record.size() / 2) + std::string(600, '\0'),
      wrong,
      std::string(5, '\0'),
      std::string(512, '\0'),
      std::string(512, '\xa5'),
  };
  for (const auto& tail : tails) {
    CAPTURE(tail.size());
    write(manifest, bytes + tail);
    CHECK(database.inspected() == 200);
    database.open();
    CHECK(database.has_all());
    database.close();
    fs::remove_all(database.path());
    fs::create_directory(database.path());
    for (const auto& [name, content] : whole)
      write(database.path() / name, content);
  }
}

TEST_CASE("RocksDB begins a new MANIFEST when the old one reaches its limit") {
  database database;
  const auto first = database.manifest();
  std::size_t longest = 0;
  int tables = 0;
  while (tables < 20'000 && database.manifest() == first) {
    longest = std::max(longest, bytes_of(first).size());
    database.put(1);
    database.flush();
    ++tables;
  }
  MESSAGE(tables << " tables in a MANIFEST of " << longest << " bytes");
  CHECK(database.manifest() != first);
  CHECK(longest > manifest_bytes_max / 2);
  CHECK(longest < manifest_bytes_max + 10'000);
  database.put(1);
  database.close();
  CHECK(database.inspected() == static_cast<std::uint64_t>(tables) + 1);
  database.open();
  CHECK(database.has_all());
}

TEST_CASE("RocksDB does not retry a failed flush by itself") {
  const auto file_system = std::make_shared<no_tables>();
  database database{file_system};
  database.put(10);
  file_system->fails = true;
  CHECK_FALSE(database.try_flush());
  CHECK(database.failures() > 0);
  file_system->fails = false;
  const auto tables = file_system->tables.load();
  // It would try again at once, and then each second.
  std::this_thread::sleep_for(std::chrono::milliseconds{1'200});
  CHECK(file_system->tables == tables);
  database.close();
  database.open();
  database.put(10);
  database.flush();
  CHECK(database.has_all());
}

TEST_CASE("RocksDB names its files as storage expects") {
  database database;
  database.put(10);
  database.flush();
  database.put(10);
  std::map<std::string, int> kinds;
  for (const auto& file : files_in(database.path())) {
    auto name = file.first;
    for (auto& c : name)
      c = std::isdigit(static_cast<unsigned char>(c)) != 0 ? '0' : c;
    ++kinds[name];
  }
  CHECK(kinds.erase("IDENTITY") + kinds.erase("LOCK") + kinds.erase("OPTIONS-000000") <= 3);
  CHECK(kinds == std::map<std::string, int>{
                     {"000000.log", 1}, {"000000.sst", 1}, {"CURRENT", 1}, {"MANIFEST-000000", 1}});
}

TEST_CASE("back_up() has all rows in tables, and the watermark of the last one") {
  temporary_directory root;
  storage::rocks_ledger ledger{small(root.path())};
  const auto writer = ledger.open_writer(0);
  for (std::uint64_t group = 1; group <= 20; ++group) {
    writer->put("counter-" + std::to_string(group), std::nullopt, counted(1, group));
    REQUIRE(writer->commit(group, at(1), 1, 0) == counter::commit_result::ok);
  }
  const fs::path backup = ledger.back_up("a").path;
  for (const auto& log : logs_in(backup / "db"))
    CHECK(fs::file_size(log) == 0);
  CHECK(storage::commit_watermark::read(backup / "witness") ==
        storage::commit_watermark::read(root.path() / "witness"));
  CHECK(storage::check(backup).counters == 20);
  CHECK(storage::check(backup).damages.empty());
}

TEST_CASE("a ledger opens and extends a directory of each RocksDB version that was tried") {
  // Each is what a process left that was killed: a table, and a log after it.
  for (const std::string version : {"7.8", "9.10"}) {
    CAPTURE(version);
    temporary_directory root;
    const auto directory = root.path() / "data";
    fs::copy(fs::path{COUNTERD_SOURCE_DIR} / "tests/storage/samples" / ("rocksdb-" + version),
             directory, fs::copy_options::recursive);
    CHECK(storage::check(directory).damages.empty());
    for (std::uint64_t next = 61; next <= 63; ++next) {
      storage::rocks_ledger ledger{small(directory)};
      CHECK(ledger.summary().counters == next - 1);
      CHECK(ledger.summary().version == next - 1);
      const auto page = ledger.list({.limit = 100}, at(0), 1'000);
      REQUIRE(page.counters.size() == next - 1);
      for (const auto& one : page.counters)
        CHECK(one.name == "counter-" + std::to_string(one.state.value));
      const auto writer = ledger.open_writer(0);
      writer->put("counter-" + std::to_string(next), std::nullopt,
                  counted(static_cast<std::int64_t>(next), next));
      REQUIRE(writer->commit(next, at(100), 1, 0) == counter::commit_result::ok);
    }
    const auto result = storage::check(directory);
    CHECK(result.counters == 63);
    CHECK(result.damages.empty());
  }
}
