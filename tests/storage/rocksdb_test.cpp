// storage/rocksdb/ relies on some of RocksDB's inner behaviour: its files, its records and
// their numbers. RocksDB does not promise it, so each reliance is tested here for the
// version that this is built with.

#include "storage/rocksdb/check.hpp"
#include "storage/rocksdb/commit_watermark.hpp"
#include "storage/rocksdb/database_opener.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "storage/rocksdb/valid_prefix.hpp"
#include "tests/paths.hpp"
#include "tests/storage/support/database.hpp"
#include "tests/storage/support/file_bytes.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <rocksdb/file_system.h>

#include <doctest/doctest.h>

#include <atomic>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

using storage::valid_prefix;
using namespace storage_tests;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t zeros_bytes = std::size_t{256} << 10;

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
      for (const auto& [name, state] : page.counters)
        CHECK(name == "counter-" + std::to_string(state.value));
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
