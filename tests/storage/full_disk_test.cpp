// Ledgers whose disk is full while they go on, or that lack something else for a while.

#include "storage/rocksdb/rocks_ledger.hpp"
#include "tests/storage/support/fault_file_system.hpp"
#include "tests/storage/support/single_writer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

#include <sys/mount.h>

using counter::commit_result;
using namespace storage_tests;
using fault = fault_file_system::fault;

namespace {

/// A file layer that cannot open a file to read it from its beginning, which RocksDB does only
/// when it opens a database.
class no_readable_files final : public rocksdb::FileSystemWrapper {
public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "counterd-no-readable-files"; }

  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext* debug) override {
    if (error != 0)
      return rocksdb::IOStatus::IOError("an error, by a test",
                                        std::generic_category().message(error));
    return target()->NewSequentialFile(name, options, result, debug);
  }

  std::atomic<int> error = 0;
};

/// A file layer that creates no table as long as is_waiting, and counts the logs that it creates.
class slow_tables final : public rocksdb::FileSystemWrapper {
public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "counterd-slow-tables"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    if (name.ends_with(".sst"))
      is_waiting.wait(true);
    logs += name.ends_with(".log");
    return target()->NewWritableFile(name, options, result, debug);
  }

  std::atomic<bool> is_waiting = false;
  std::atomic<int> logs = 0;
};

}  // namespace

TEST_CASE("commit() returns full during a shortage, reads go on, and its end heals the ledger") {
  struct shortage {
    change kind;
    fault_file_system::fault injected;
    int error;
  };
  for (const auto& [kind, injected, error] :
       {shortage{change::append, fault::no_space, 0}, shortage{change::create, fault::no_space, 0},
        shortage{change::append, fault::short_error, EDQUOT},
        shortage{change::append, fault::short_error, EFBIG},
        shortage{change::create, fault::error, EMFILE},
        shortage{change::append, fault::error, ENOMEM}}) {
    CAPTURE(static_cast<int>(kind));
    CAPTURE(error);
    test_disk disk;
    std::uint64_t rows = 0;
    {
      auto settings = disk.settings();
      std::atomic<int> failures = 0;
      settings.on_failure = [&failures] { ++failures; };
      single_writer writer{settings};
      REQUIRE(writer.add() == commit_result::ok);
      disk.file_system->begin(
          {.at = 1, .fault = injected, .count = ~std::uint64_t{0} >> 1, .error = error});
      if (kind == change::append) {
        CHECK(writer.add() == commit_result::full);
      } else {
        // A backup, not the log, meets the shortage first.
        CHECK(writer.ledger->back_up("a").outcome == counter::outcome::disk_full);
      }
      CHECK(writer.add() == commit_result::full);
      CHECK(writer.ledger->health() == counter::health::full);
      CHECK(writer.can_read(1));
      // After a second the database is opened anew, in vain.
      const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{1'100};
      bool is_full = true;
      while (is_full && std::chrono::steady_clock::now() < until)
        is_full = writer.add() == commit_result::full;
      CHECK(is_full);
      CHECK(writer.can_read(1));
      disk.file_system->begin({});
      CHECK(writer.add_when_healed() == commit_result::ok);
      CHECK(writer.ledger->health() == counter::health::good);
      CHECK(writer.add() == commit_result::ok);
      CHECK(failures == 0);
      rows = writer.rows();
    }
    check_contains(disk.directory, rows);
  }
}

TEST_CASE("list() on a full disk leaves out what has expired, though it cannot store the time") {
  test_disk disk;
  storage::rocks_ledger ledger{disk.settings()};
  const auto writer = ledger.open_writer(0);
  writer->put("a", std::nullopt, counted(1, 1, at(100)));
  writer->put("b", std::nullopt, counted(2, 2));
  REQUIRE(writer->commit(2, at(1), 2, 0) == commit_result::ok);
  disk.file_system->begin({.at = 1, .fault = fault::no_space, .count = ~std::uint64_t{0} >> 1});
  // The first list finds that the disk is full, the next ones know.
  for (int i = 0; i < 3; ++i) {
    const auto page = ledger.list({.limit = 10}, at(100), 1'000);
    CHECK(page.outcome == counter::outcome::ok);
    REQUIRE(page.counters.size() == 1);
    CHECK(page.counters[0].name == "b");
    CHECK(ledger.health() == counter::health::full);
  }
}

TEST_CASE("read() and list() return disk_full as long as the database cannot be opened anew") {
  test_disk disk;
  auto settings = disk.settings();
  const auto unreadable = std::make_shared<no_readable_files>(disk.file_system);
  settings.file_system = unreadable;
  single_writer writer{settings};
  REQUIRE(writer.add() == commit_result::ok);
  disk.file_system->begin({.at = 1, .fault = fault::no_space, .count = ~std::uint64_t{0} >> 1});
  unreadable->error = EMFILE;
  CHECK(writer.add() == commit_result::full);
  CHECK(writer.add() == commit_result::full);
  std::array<std::optional<counter::state>, 1> found;
  CHECK(writer.ledger->read(std::array<std::string_view, 1>{"x"}, found) ==
        counter::outcome::disk_full);
  CHECK(writer.ledger->list({.limit = 10}, at(1), 1'000).outcome == counter::outcome::disk_full);
  std::optional<counter::idempotency_record> record;
  CHECK(writer.ledger->read_idempotency_record("x", record) == counter::outcome::disk_full);
  unreadable->error = 0;
  disk.file_system->begin({});
  CHECK(writer.add_when_healed() == commit_result::ok);
  CHECK(writer.can_read(1));
}

TEST_CASE("commit() fills a small disk, and goes on when it has room again") {
  temporary_directory root;
  if (::mount("tmpfs", root.path().c_str(), "tmpfs", 0, "size=64m") != 0) {
    MESSAGE("skipped: no file system can be mounted here");
    return;
  }
  std::uint64_t rows = 0;
  {
    std::ofstream{root.path() / "ballast"} << std::string(std::size_t{24} << 20, 'x');
    auto settings = small(root.path() / "data");
    settings.memory = std::size_t{512} << 20;
    single_writer writer{settings};
    auto result = commit_result::ok;
    while (rows < 10'000'000 && (result = writer.add(1'000)) == commit_result::ok)
      rows = writer.rows();
    CHECK(result == commit_result::full);
    MESSAGE(rows << " rows until 40 MiB were full");
    CHECK(writer.can_read(1));
    CHECK(writer.can_read(rows));
    // A compaction in the background may have freed some room by now.
    result = writer.add(1'000);
    CHECK((result == commit_result::full || result == commit_result::ok));
    std::filesystem::remove(root.path() / "ballast");
    CHECK(writer.add_when_healed() == commit_result::ok);
    rows = writer.rows();
  }
  check_contains(root.path() / "data", rows);
  ::umount(root.path().c_str());
}

TEST_CASE("sync at intervals goes on through a shortage that begins before a sync") {
  for (const bool heals : {true, false}) {
    CAPTURE(heals);
    test_disk disk;
    std::atomic<int> failures = 0;
    auto settings = disk.settings();
    settings.durability.sync = counter::durability::sync::interval;
    settings.durability.interval = std::chrono::milliseconds{300};
    settings.on_failure = [&failures] { ++failures; };
    std::uint64_t rows = 0;
    {
      single_writer writer{settings};
      disk.file_system->begin({.at = 1,
                               .fault = fault::no_space,
                               .count = ~std::uint64_t{0} >> 1,
                               .only = static_cast<int>(change::create)});
      auto result = commit_result::ok;
      while (result == commit_result::ok && writer.rows() < 100'000)
        result = writer.add(1'000);
      CHECK(result == commit_result::full);
      CHECK(writer.add() == commit_result::full);
      std::this_thread::sleep_for(std::chrono::milliseconds{800});
      CHECK(writer.ledger->health() == counter::health::full);
      CHECK(writer.can_read(1));
      disk.file_system->begin({});
      if (heals)
        CHECK(writer.add_when_healed() == commit_result::ok);
      rows = writer.rows();
    }
    CHECK(failures == 0);
    disk.file_system->power_loss(nullptr);
    check_contains(disk.directory, rows);
  }
}

TEST_CASE("a full disk syncs what was acknowledged in older logs, too") {
  test_disk disk;
  auto settings = disk.settings();
  settings.durability.sync = counter::durability::sync::interval;
  settings.durability.interval = std::chrono::hours{1};
  const auto slow = std::make_shared<slow_tables>(disk.file_system);
  settings.file_system = slow;
  std::uint64_t rows = 0;
  {
    single_writer writer{settings};
    slow->is_waiting = true;
    // Until a second log has begun, and the table of the first is not there yet.
    while (slow->logs < 2 && writer.rows() < 100'000)
      REQUIRE(writer.add(1'000) == commit_result::ok);
    rows = writer.rows();
    disk.file_system->begin({.at = 1,
                             .fault = fault::no_space,
                             .count = ~std::uint64_t{0} >> 1,
                             .only = static_cast<int>(change::append)});
    CHECK(writer.add() == commit_result::full);
    slow->is_waiting = false;
    slow->is_waiting.notify_all();
  }
  disk.file_system->begin({});
  disk.file_system->power_loss(nullptr);
  check_contains(disk.directory, rows);
}

TEST_CASE("back_up() leaves nothing if the directory cannot be synced in the end") {
  test_disk disk;
  single_writer writer{disk.settings()};
  REQUIRE(writer.add() == commit_result::ok);
  auto outcome = counter::outcome::disk_full;
  std::uint64_t failures = 0;
  for (; failures < 20 && outcome == counter::outcome::disk_full; ++failures) {
    CAPTURE(failures);
    disk.file_system->begin({.at = failures + 1,
                             .fault = fault::no_space,
                             .only = static_cast<int>(change::sync_directory)});
    outcome = writer.ledger->back_up("a").outcome;
    disk.file_system->begin({});
    CHECK(writer.add_when_healed() == commit_result::ok);
    if (outcome == counter::outcome::disk_full)
      CHECK(std::filesystem::is_empty(disk.directory / "backups"));
  }
  CHECK(outcome == counter::outcome::ok);
  CHECK(failures > 3);
}
