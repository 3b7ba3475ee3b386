// The same script, again and again, with the end of the process, the loss of power
// or a failure of the disk at each call that changes a file.

#include "storage/check.hpp"
#include "storage/rocks_ledger.hpp"
#include "tests/storage/support/child.hpp"
#include "tests/storage/support/fault_file_system.hpp"
#include "tests/storage/support/places.hpp"
#include "tests/storage/support/script.hpp"
#include "tests/storage/support/strides.hpp"

#include <doctest/doctest.h>

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
  place where;
  where.by->begin({});
  const auto done = run_script(where.settings(), {}, seed);
  REQUIRE(done.has_ended);
  REQUIRE(done.full + done.unknown + done.refused == 0);
  REQUIRE(done.backups.size() == 2);
  return where.by->calls();
}

/// All that was acknowledged is there, groups are whole, nothing was invented.
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

TEST_CASE("a script without faults is done, and all of it is there") {
  place where;
  const auto done = run_script(where.settings(), {}, seed);
  CHECK(done.has_ended);
  CHECK(done.acknowledged == 20);
  check_exact(where.directory, done);
  MESSAGE("calls that change something: " << calls_of_script());
}

TEST_CASE("the process ends at any call: what was acknowledged is there") {
  const auto calls = calls_of_script();
  int cases = 0, acknowledged = 0;
  for (std::uint64_t at = 1; at <= calls; at += stride(1)) {
    CAPTURE(at);
    place where;
    where.by->begin({.at = at, .fault = fault::stop});
    const auto known = run_script(where.settings(), {}, seed);
    check_exact(where.directory, known);
    acknowledged += known.acknowledged;
    ++cases;
  }
  MESSAGE(cases << " ends, " << acknowledged << " groups acknowledged before them, 0 lost");
}

TEST_CASE("the process is killed before any call: what was acknowledged is there") {
  const auto calls = calls_of_script();
  // What there is after each group: the script is the same for every process.
  std::vector<contents> history{{}};
  place once;
  run_script(once.settings(), {}, seed,
             [&history](const account& known) { history.push_back(known.certain); });
  history.push_back(history.back());
  int kills = 0;
  for (std::uint64_t at = 1; at <= calls; at += stride(3)) {
    CAPTURE(at);
    place where;
    const auto told = killed_at(at, where.directory, seed);
    // It may have had fewer calls to make.
    if (told < 0)
      continue;
    const auto index = static_cast<std::size_t>(told);
    account known;
    known.certain = history[index];
    known.possible = history[index + 1];
    check_exact(where.directory, known);
    ++kills;
  }
  MESSAGE(kills << " kills, 0 groups lost");
  CHECK(kills > 0);
}

TEST_CASE("the process ends while it recovers, and again: what was acknowledged is there") {
  const auto calls = calls_of_script();
  int cases = 0, ends = 0;
  for (std::uint64_t at = 1; at <= calls; at += stride(7)) {
    for (std::uint64_t second = 1 + at % 5; second < 60; second += stride(5)) {
      CAPTURE(at);
      CAPTURE(second);
      place where;
      where.by->begin({.at = at, .fault = fault::stop});
      const auto known = run_script(where.settings(), {}, seed);
      for (const auto next : {second, 1 + second / 2}) {
        where.forget_faults();
        where.by->begin({.at = next, .fault = fault::stop});
        try {
          storage::rocks_ledger{where.settings()};
        } catch (const std::runtime_error&) {
          ++ends;
        }
      }
      check_exact(where.directory, known);
      ++cases;
    }
  }
  MESSAGE(cases << " ends, and " << ends << " more while the next process opened what was left");
}

TEST_CASE("the power fails at any call: what was acknowledged is there") {
  const auto calls = calls_of_script();
  int cases = 0;
  for (std::uint64_t at = 1; at <= calls; at += stride(1)) {
    for (std::uint64_t round = 0; round < 3; ++round) {
      CAPTURE(at);
      CAPTURE(round);
      place where;
      where.by->begin({.at = at, .fault = fault::stop});
      const auto known = run_script(where.settings(), {}, seed);
      std::mt19937_64 random{at * 1'000 + round};
      where.by->power_loss(round == 0 ? nullptr : &random);
      check_exact(where.directory, known);
      ++cases;
    }
  }
  MESSAGE(cases << " losses of power, 0 groups lost");
}

TEST_CASE("the power fails before a directory is synced, and any of its names is lost") {
  // RocksDB syncs it once for a MANIFEST and for CURRENT, which names that.
  const auto syncs = static_cast<int>(change::sync_directory);
  place counted;
  counted.by->begin({.only = syncs});
  run_script(counted.settings(), {}, seed);
  const auto calls = counted.by->calls();
  int cases = 0;
  for (std::uint64_t at = 1; at <= calls; ++at) {
    for (std::uint64_t round = 0; round < 16; round += stride(1)) {
      CAPTURE(at);
      CAPTURE(round);
      place where;
      where.by->begin({.at = at, .fault = fault::stop, .only = syncs});
      const auto known = run_script(where.settings(), {}, seed);
      std::mt19937_64 random{at * 1'000 + round};
      where.by->power_loss(&random);
      check_exact(where.directory, known);
      ++cases;
    }
  }
  MESSAGE(cases << " losses of power, 0 groups lost");
}

TEST_CASE("the loss of power is seen where nothing is synced") {
  // Shows that the test above can fail.
  const auto calls = calls_of_script();
  int lost = 0, cases = 0;
  for (std::uint64_t at = 5; at <= calls; at += 5) {
    CAPTURE(at);
    place where;
    where.by->begin({.at = at, .fault = fault::stop});
    auto how = where.settings();
    how.durability.sync = counter::durability::sync::interval;
    how.durability.interval = std::chrono::hours{1};
    const auto known = run_script(how, {}, seed);
    where.by->power_loss(nullptr);
    std::string refusal;
    const auto found = read_all(where.directory, refusal);
    CAPTURE(refusal);
    REQUIRE(found);  // the witness tells of what was synced
    const bool is_kept = *found == known.certain || (known.possible && *found == *known.possible);
    lost += is_kept ? 0 : 1;
    ++cases;
  }
  MESSAGE(lost << " of " << cases << " losses of power lost groups that were acknowledged");
  CHECK(lost > 0);
}

TEST_CASE(
    "the disk fails at any call: nothing that was acknowledged is lost, nothing refused is there") {
  int cases = 0, full = 0, unknown = 0, refused_starts = 0;
  for (const auto what :
       {fault::error, fault::no_space, fault::short_error, fault::short_no_space}) {
    const auto calls = calls_of_script();
    for (std::uint64_t at = 1; at <= calls; at += stride(1)) {
      CAPTURE(static_cast<int>(what));
      CAPTURE(at);
      place where;
      where.by->begin({.at = at, .fault = what});
      const auto known = run_script(where.settings(), {}, seed);
      check_exact(where.directory, known);
      full += known.full;
      unknown += known.unknown;
      refused_starts += !known.could_open;
      ++cases;
    }
  }
  MESSAGE(cases << " failures: " << full << " groups told full, " << unknown << " unknown, "
                << refused_starts << " starts refused");
  CHECK(full > 0);
  CHECK(unknown > 0);
}
