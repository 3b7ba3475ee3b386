// Ledgers whose disk fails or is full while they go on.

#include "storage/rocksdb/check.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "tests/storage/support/fault_file_system.hpp"
#include "tests/storage/support/script.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include <sys/mount.h>

using counter::commit_result;
using namespace storage_tests;
using fault = fault_file_system::fault;

namespace {

/// A ledger with one shard, to which add() adds counters.
class single_writer {
public:
  explicit single_writer(storage::settings settings)
      : ledger(std::make_unique<storage::rocks_ledger>(std::move(settings))),
        writer_(ledger->open_writer(0)),
        version_(ledger->summary().version + 1) {}

  commit_result add(std::size_t rows = 1) {
    for (std::size_t i = 0; i < rows; ++i, ++version_)
      writer_->put(name_of(version_), std::nullopt,
                   counted(static_cast<std::int64_t>(version_ * 0x9e3779b97f4a7c15), version_));
    const auto result = writer_->commit(version_, at(1), static_cast<std::int64_t>(rows), 0);
    if (result == commit_result::ok)
      rows_ += rows;
    return result;
  }

  /// Adds one until that succeeds; the ledger opens a full disk at most once a second.
  commit_result add_when_healed() {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    auto result = add();
    while (result == commit_result::full && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::yield();
      result = add();
    }
    return result;
  }

  bool can_read(std::uint64_t version) {
    const auto name = name_of(version);
    const std::array<std::string_view, 1> names{name};
    std::array<std::optional<counter::state>, 1> found;
    return ledger->read(names, found) && found[0];
  }

  std::uint64_t rows() const { return rows_; }

  std::unique_ptr<storage::rocks_ledger> ledger;

private:
  static std::string name_of(std::uint64_t version) {
    return "a counter with some name " + std::to_string(version * 0x9e3779b97f4a7c15);
  }

  std::unique_ptr<counter::ledger_writer> writer_;
  std::uint64_t version_;
  std::uint64_t rows_ = 0;
};

void check_contains(const std::filesystem::path& directory, std::uint64_t counters) {
  const auto result = storage::check(directory);
  CHECK(result.counters == counters);
  for (const auto& line : result.damages)
    FAIL_CHECK(line);
}

}  // namespace

TEST_CASE(
    "commit() returns unknown when a sync fails, and then refused without touching the disk") {
  test_disk disk;
  std::atomic<int> failures = 0;
  std::uint64_t acknowledged = 0;
  {
    auto settings = disk.settings();
    settings.on_failure = [&failures] { ++failures; };
    single_writer writer{settings};
    REQUIRE(writer.add() == commit_result::ok);
    CHECK(writer.ledger->health() == counter::health::good);
    disk.file_system->begin(
        {.at = 1, .fault = fault::error, .only = static_cast<int>(change::sync)});
    CHECK(writer.add() == commit_result::unknown);
    CHECK(writer.ledger->health() == counter::health::failed);
    CHECK(failures == 1);
    disk.file_system->begin({});
    for (int i = 0; i < 5; ++i)
      CHECK(writer.add() == commit_result::refused);
    CHECK(disk.file_system->calls() == 0);
    CHECK(failures == 1);
    CHECK(writer.can_read(1));
    CHECK(writer.ledger->back_up("a").outcome == counter::outcome::draining);
    acknowledged = writer.rows();
  }
  CHECK(failures == 1);
  const auto counters = storage::check(disk.directory).counters;
  CHECK((counters == acknowledged || counters == acknowledged + 1));
}

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
    CHECK(writer.add(1'000) == commit_result::full);
    std::filesystem::remove(root.path() / "ballast");
    CHECK(writer.add_when_healed() == commit_result::ok);
    rows = writer.rows();
  }
  check_contains(root.path() / "data", rows);
  ::umount(root.path().c_str());
}

TEST_CASE("sync at intervals survives a power failure after a sync or the end") {
  test_disk disk;
  auto settings = disk.settings();
  settings.durability.sync = counter::durability::sync::interval;
  settings.durability.interval = std::chrono::milliseconds{5};
  {
    single_writer writer{settings};
    REQUIRE(writer.add() == commit_result::ok);
    disk.file_system->begin({.only = static_cast<int>(change::sync)});
    REQUIRE(writer.add() == commit_result::ok);
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (disk.file_system->calls() == 0 && std::chrono::steady_clock::now() < give_up)
      std::this_thread::yield();
    CHECK(disk.file_system->calls() > 0);
  }
  {
    settings.durability.interval = std::chrono::hours{1};
    single_writer writer{settings};
    REQUIRE(writer.add() == commit_result::ok);
  }
  disk.file_system->power_loss(nullptr);
  for (const auto& line : storage::check(disk.directory).damages)
    FAIL_CHECK(line);
  CHECK(storage::rocks_ledger{small(disk.directory)}.summary().counters == 3);
}

TEST_CASE("commit() returns refused after a sync at intervals has failed") {
  test_disk disk;
  std::atomic<int> failures = 0;
  auto settings = disk.settings();
  settings.durability.sync = counter::durability::sync::interval;
  settings.durability.interval = std::chrono::milliseconds{1};
  settings.on_failure = [&failures] { ++failures; };
  single_writer writer{settings};
  disk.file_system->begin({.at = 1, .fault = fault::error, .only = static_cast<int>(change::sync)});
  REQUIRE(writer.add() == commit_result::ok);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (failures == 0 && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
  CHECK(failures == 1);
  CHECK(writer.add() == commit_result::refused);
}
