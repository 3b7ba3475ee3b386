// What a disk that fails, or is full, does to a ledger that goes on.

#include "storage/rocksdb/check.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "tests/storage/support/fault_file_system.hpp"
#include "tests/storage/support/script.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
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

class one_writer {
public:
  explicit one_writer(storage::settings how)
      : ledger(std::make_unique<storage::rocks_ledger>(std::move(how))),
        writer_(ledger->open_writer(0)),
        version_(ledger->summary().version + 1) {}

  commit_result add(std::size_t rows = 1) {
    for (std::size_t i = 0; i < rows; ++i, ++version_)
      writer_->put(name_of(version_), std::nullopt,
                   counted(static_cast<std::int64_t>(version_ * 0x9e3779b97f4a7c15), version_));
    const auto kept = writer_->commit(version_, at(1), static_cast<std::int64_t>(rows), 0);
    if (kept == commit_result::ok)
      rows_ += rows;
    return kept;
  }

  /// Until it is kept; it is tried again at most once a second.
  commit_result add_when_healed() {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    auto kept = add();
    while (kept == commit_result::full && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::yield();
      kept = add();
    }
    return kept;
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

void check_has(const std::filesystem::path& directory, std::uint64_t counters) {
  const auto result = storage::check(directory);
  CHECK(result.counters == counters);
  for (const auto& line : result.damages)
    FAIL_CHECK(line);
}

}  // namespace

TEST_CASE("a sync that fails is for good: unknown, then refused without a call") {
  place where;
  std::atomic<int> failures = 0;
  std::uint64_t acknowledged = 0;
  {
    auto how = where.settings();
    how.on_failure = [&failures] { ++failures; };
    one_writer one{how};
    REQUIRE(one.add() == commit_result::ok);
    where.by->begin({.at = 1, .fault = fault::error, .only = static_cast<int>(change::sync)});
    CHECK(one.add() == commit_result::unknown);
    CHECK(failures == 1);
    where.by->begin({});
    for (int i = 0; i < 5; ++i)
      CHECK(one.add() == commit_result::refused);
    CHECK(where.by->calls() == 0);
    CHECK(failures == 1);
    CHECK(one.can_read(1));
    CHECK(one.ledger->back_up("a").outcome == counter::outcome::draining);
    acknowledged = one.rows();
  }
  CHECK(failures == 1);
  const auto counters = storage::check(where.directory).counters;
  CHECK((counters == acknowledged || counters == acknowledged + 1));
}

TEST_CASE("a disk that stays full: nothing is kept, reads go on, and it heals by itself") {
  for (const auto what : {change::append, change::create}) {
    CAPTURE(static_cast<int>(what));
    place where;
    std::uint64_t rows = 0;
    {
      auto how = where.settings();
      std::atomic<int> failures = 0;
      how.on_failure = [&failures] { ++failures; };
      one_writer one{how};
      REQUIRE(one.add() == commit_result::ok);
      where.by->begin({.at = 1, .fault = fault::no_space, .count = ~std::uint64_t{0} >> 1});
      if (what == change::append) {
        CHECK(one.add() == commit_result::full);
      } else {
        // Something else than a log finds it out first.
        CHECK(one.ledger->back_up("a").outcome == counter::outcome::disk_full);
      }
      CHECK(one.add() == commit_result::full);
      CHECK(one.can_read(1));
      // The next one opens it anew, in vain.
      const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{1'100};
      bool is_full = true;
      while (is_full && std::chrono::steady_clock::now() < until)
        is_full = one.add() == commit_result::full;
      CHECK(is_full);
      CHECK(one.can_read(1));
      where.by->begin({});
      CHECK(one.add_when_healed() == commit_result::ok);
      CHECK(one.add() == commit_result::ok);
      CHECK(failures == 0);
      rows = one.rows();
    }
    check_has(where.directory, rows);
  }
}

TEST_CASE("a small disk is filled, and gets room again") {
  temporary_directory root;
  if (::mount("tmpfs", root.path().c_str(), "tmpfs", 0, "size=64m") != 0) {
    MESSAGE("skipped: no file system can be mounted here");
    return;
  }
  std::uint64_t rows = 0;
  {
    std::ofstream{root.path() / "ballast"} << std::string(std::size_t{24} << 20, 'x');
    auto how = small(root.path() / "data");
    how.memory = std::size_t{512} << 20;
    one_writer one{how};
    auto kept = commit_result::ok;
    while (rows < 10'000'000 && (kept = one.add(1'000)) == commit_result::ok)
      rows = one.rows();
    CHECK(kept == commit_result::full);
    MESSAGE(rows << " rows until 40 MiB were full");
    CHECK(one.can_read(1));
    CHECK(one.can_read(rows));
    CHECK(one.add(1'000) == commit_result::full);
    std::filesystem::remove(root.path() / "ballast");
    CHECK(one.add_when_healed() == commit_result::ok);
    rows = one.rows();
  }
  check_has(root.path() / "data", rows);
  ::umount(root.path().c_str());
}

TEST_CASE("at intervals, what was synced is safe, and the end syncs the rest") {
  place where;
  auto how = where.settings();
  how.durability.sync = counter::durability::sync::interval;
  how.durability.interval = std::chrono::milliseconds{5};
  {
    one_writer one{how};
    REQUIRE(one.add() == commit_result::ok);
    where.by->begin({.only = static_cast<int>(change::sync)});
    REQUIRE(one.add() == commit_result::ok);
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (where.by->calls() == 0 && std::chrono::steady_clock::now() < give_up)
      std::this_thread::yield();
    CHECK(where.by->calls() > 0);
  }
  {
    how.durability.interval = std::chrono::hours{1};
    one_writer one{how};
    REQUIRE(one.add() == commit_result::ok);
  }
  where.by->power_loss(nullptr);
  for (const auto& line : storage::check(where.directory).damages)
    FAIL_CHECK(line);
  CHECK(storage::rocks_ledger{small(where.directory)}.summary().counters == 3);
}

TEST_CASE("at intervals, a sync that fails is for good, too") {
  place where;
  std::atomic<int> failures = 0;
  auto how = where.settings();
  how.durability.sync = counter::durability::sync::interval;
  how.durability.interval = std::chrono::milliseconds{1};
  how.on_failure = [&failures] { ++failures; };
  one_writer one{how};
  where.by->begin({.at = 1, .fault = fault::error, .only = static_cast<int>(change::sync)});
  REQUIRE(one.add() == commit_result::ok);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (failures == 0 && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
  CHECK(failures == 1);
  CHECK(one.add() == commit_result::refused);
}
