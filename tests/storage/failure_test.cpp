// Ledgers whose disk fails while they go on.

#include "storage/rocksdb/check.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "tests/storage/support/fault_file_system.hpp"
#include "tests/storage/support/single_writer.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

using counter::commit_result;
using namespace storage_tests;
using fault = fault_file_system::fault;

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

TEST_CASE(
    "a start leaves an unfinished backup that it cannot remove, and the next one tries again") {
  test_disk disk;
  const auto unfinished = disk.directory / "backups" / "half~";
  { const storage::rocks_ledger ledger{disk.settings()}; }
  std::filesystem::create_directory(unfinished);
  disk.file_system->begin(
      {.at = 1, .fault = fault::error, .only = static_cast<int>(change::remove), .error = EACCES});
  { const storage::rocks_ledger ledger{disk.settings()}; }
  CHECK(std::filesystem::exists(unfinished));
  { const storage::rocks_ledger ledger{disk.settings()}; }
  CHECK_FALSE(std::filesystem::exists(unfinished));
}
