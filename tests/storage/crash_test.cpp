// Runs one script again and again; at each call that changes a file, the process ends,
// the power fails or the disk fails.

#include "storage/rocksdb/check.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "tests/storage/support/child.hpp"
#include "tests/storage/support/fault_file_system.hpp"
#include "tests/storage/support/script.hpp"
#include "tests/storage/support/strides.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace storage_tests;
using fault = fault_file_system::fault;

namespace {

constexpr std::uint64_t seed = 7;

std::uint64_t calls_of_script() {
  test_disk disk;
  disk.file_system->begin({});
  const auto done = run_script(disk.settings(), {}, seed);
  REQUIRE(done.has_ended);
  REQUIRE(done.full + done.unknown + done.refused == 0);
  REQUIRE(done.backups.size() == 2);
  return disk.file_system->calls();
}

/// Checks that everything acknowledged is there, groups are whole, and nothing else is.
contents check_exact(const std::filesystem::path& directory, const account& known) {
  std::string refusal;
  const auto found = read_all(directory, refusal);
  CAPTURE(refusal);
  REQUIRE(found);
  if (!(*found == known.certain) && !(known.possible && *found == *known.possible))
    FAIL_CHECK(difference(*found, known.certain));
  for (const auto& line : storage::check(directory).damages)
    FAIL_CHECK(line);
  for (const auto& backup : known.backups) {
    CAPTURE(backup);
    const auto copy = read_all(backup, refusal);
    CHECK_MESSAGE(copy, refusal);
  }
  return *found;
}

}  // namespace

TEST_CASE("run_script() without faults stores everything") {
  test_disk disk;
  const auto done = run_script(disk.settings(), {}, seed);
  CHECK(done.has_ended);
  CHECK(done.acknowledged == 20);
  check_exact(disk.directory, done);
  MESSAGE("calls that change something: " << calls_of_script());
}

TEST_CASE("a ledger that stops at any call has every acknowledged group after a restart") {
  const auto calls = calls_of_script();
  int cases = 0, acknowledged = 0;
  for (std::uint64_t at = 1; at <= calls; at += stride(1)) {
    CAPTURE(at);
    test_disk disk;
    disk.file_system->begin({.at = at, .fault = fault::stop});
    const auto known = run_script(disk.settings(), {}, seed);
    check_exact(disk.directory, known);
    acknowledged += known.acknowledged;
    ++cases;
  }
  MESSAGE(cases << " ends, " << acknowledged << " groups acknowledged before them, 0 lost");
}

TEST_CASE("a process that is killed before any call has stored every acknowledged group") {
  const auto calls = calls_of_script();
  // The contents after each group, which are the same in every process.
  std::vector<contents> history{{}};
  test_disk first_disk;
  run_script(first_disk.settings(), {}, seed,
             [&history](const account& known) { history.push_back(known.certain); });
  history.push_back(history.back());
  int kills = 0;
  for (std::uint64_t at = 1; at <= calls; at += stride(3)) {
    CAPTURE(at);
    test_disk disk;
    const auto committed = killed_at(at, disk.directory, seed);
    // It may have made fewer calls.
    if (committed < 0)
      continue;
    const auto index = static_cast<std::size_t>(committed);
    account known;
    known.certain = history[index];
    known.possible = history[index + 1];
    check_exact(disk.directory, known);
    ++kills;
  }
  MESSAGE(kills << " kills, 0 groups lost");
  CHECK(kills > 0);
}

TEST_CASE("a ledger that stops during recovery, twice, has every acknowledged group") {
  const auto calls = calls_of_script();
  int cases = 0, ends = 0;
  for (std::uint64_t at = 1; at <= calls; at += stride(7)) {
    for (std::uint64_t second = 1 + at % 5; second < 60; second += stride(5)) {
      CAPTURE(at);
      CAPTURE(second);
      test_disk disk;
      disk.file_system->begin({.at = at, .fault = fault::stop});
      const auto known = run_script(disk.settings(), {}, seed);
      for (const auto next : {second, 1 + second / 2}) {
        disk.forget_faults();
        disk.file_system->begin({.at = next, .fault = fault::stop});
        try {
          storage::rocks_ledger{disk.settings()};
        } catch (const std::runtime_error&) {
          ++ends;
        }
      }
      check_exact(disk.directory, known);
      ++cases;
    }
  }
  MESSAGE(cases << " ends, and " << ends << " more while the next process opened what was left");
}

TEST_CASE("a power failure at any call loses no acknowledged group") {
  const auto calls = calls_of_script();
  int cases = 0;
  for (std::uint64_t at = 1; at <= calls; at += stride(1)) {
    for (std::uint64_t round = 0; round < 3; ++round) {
      CAPTURE(at);
      CAPTURE(round);
      test_disk disk;
      disk.file_system->begin({.at = at, .fault = fault::stop});
      const auto known = run_script(disk.settings(), {}, seed);
      std::mt19937_64 random{at * 1'000 + round};
      disk.file_system->power_loss(round == 0 ? nullptr : &random);
      check_exact(disk.directory, known);
      ++cases;
    }
  }
  MESSAGE(cases << " power failures, 0 groups lost");
}

TEST_CASE("a power failure before a directory is synced may lose any of its new names") {
  // RocksDB syncs the directory once for a MANIFEST and for CURRENT, which names it.
  const auto syncs = static_cast<int>(change::sync_directory);
  test_disk counted;
  counted.file_system->begin({.only = syncs});
  run_script(counted.settings(), {}, seed);
  const auto calls = counted.file_system->calls();
  int cases = 0;
  for (std::uint64_t at = 1; at <= calls; ++at) {
    for (std::uint64_t round = 0; round < 16; round += stride(1)) {
      CAPTURE(at);
      CAPTURE(round);
      test_disk disk;
      disk.file_system->begin({.at = at, .fault = fault::stop, .only = syncs});
      const auto known = run_script(disk.settings(), {}, seed);
      std::mt19937_64 random{at * 1'000 + round};
      disk.file_system->power_loss(&random);
      check_exact(disk.directory, known);
      ++cases;
    }
  }
  MESSAGE(cases << " power failures, 0 groups lost");
}

TEST_CASE("power_loss() loses groups that are not synced") {
  // Shows that the tests of power failures can fail.
  const auto calls = calls_of_script();
  int lost = 0, cases = 0;
  for (std::uint64_t at = 5; at <= calls; at += 5) {
    CAPTURE(at);
    test_disk disk;
    disk.file_system->begin({.at = at, .fault = fault::stop});
    auto settings = disk.settings();
    settings.durability.sync = counter::durability::sync::interval;
    settings.durability.interval = std::chrono::hours{1};
    const auto known = run_script(settings, {}, seed);
    disk.file_system->power_loss(nullptr);
    std::string refusal;
    const auto found = read_all(disk.directory, refusal);
    CAPTURE(refusal);
    REQUIRE(found);  // the commit watermark does not go beyond what was synced
    const bool is_stored = *found == known.certain || (known.possible && *found == *known.possible);
    lost += is_stored ? 0 : 1;
    ++cases;
  }
  MESSAGE(lost << " of " << cases << " power failures lost acknowledged groups");
  CHECK(lost > 0);
}

TEST_CASE("a disk that fails at any call loses no acknowledged group and stores no refused one") {
  int cases = 0, full = 0, unknown = 0, refused_starts = 0;
  struct failure {
    fault_file_system::fault kind;
    int error;
  };
  for (const auto& [kind, error] :
       {failure{fault::error, 0}, failure{fault::no_space, 0}, failure{fault::short_error, 0},
        failure{fault::short_no_space, 0}, failure{fault::short_error, EDQUOT},
        failure{fault::error, EMFILE}}) {
    const auto calls = calls_of_script();
    // A flush that fails waits for a second, so errors that RocksDB does not tell apart are
    // sampled.
    for (std::uint64_t at = 1; at <= calls; at += stride(error == 0 ? 1 : 7)) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(error);
      CAPTURE(at);
      test_disk disk;
      disk.file_system->begin({.at = at, .fault = kind, .error = error});
      const auto known = run_script(disk.settings(), {}, seed);
      check_exact(disk.directory, known);
      full += known.full;
      unknown += known.unknown;
      refused_starts += !known.could_open;
      ++cases;
    }
  }
  MESSAGE(cases << " failures: " << full << " groups refused as full, " << unknown << " unknown, "
                << refused_starts << " starts refused");
  CHECK(full > 0);
  CHECK(unknown > 0);
}
