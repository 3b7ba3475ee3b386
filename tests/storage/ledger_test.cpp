#include "storage/rocksdb/rocks_ledger.hpp"

#include "storage/rocksdb/check.hpp"
#include "tests/cases/list_pages.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using counter::commit_result;
using counter::due_entry;
using counter::outcome;
using counter::state;
using storage::rocks_ledger;
using namespace storage_tests;

namespace {

std::optional<state> read(rocks_ledger& ledger, std::string_view name) {
  const std::array names{name};
  std::array<std::optional<state>, 1> found;
  REQUIRE(ledger.read(names, found) == outcome::ok);
  return found[0];
}

std::vector<due_entry> due(rocks_ledger& ledger, std::int64_t now, std::size_t step = 1'000) {
  std::vector<due_entry> found;
  std::string position;
  do {
    const auto before = found.size();
    REQUIRE(ledger.read_due(at(now), step, position, found) == outcome::ok);
    CHECK(found.size() - before <= step);
  } while (!position.empty());
  return found;
}

std::vector<std::string> names_of(const counter::page& page) {
  std::vector<std::string> names;
  for (const auto& entry : page.counters)
    names.emplace_back(entry.name);
  return names;
}

counter::page list(rocks_ledger& ledger, const counter::page_request& request, std::int64_t now = 0,
                   std::size_t steps = 1'000) {
  auto page = ledger.list(request, at(now), steps);
  REQUIRE(page.outcome == counter::outcome::ok);
  return page;
}

void check_undamaged(const std::filesystem::path& directory, std::uint64_t counters,
                     std::uint64_t idempotency_records) {
  const auto result = storage::check(directory);
  CHECK(result.counters == counters);
  CHECK(result.idempotency_records == idempotency_records);
  for (const auto& line : result.damages)
    FAIL_CHECK(line);
}

counter::idempotency_record record_until(std::int64_t time) {
  return {{.operation = counter::operation::add, .operand = 1},
          {counter::outcome::ok, false, std::nullopt, state{1, 1}},
          at(time)};
}

}  // namespace

TEST_CASE("commit() stores a group for reads at once and after a restart") {
  temporary_directory root;
  const auto directory = root.path() / "data";
  {
    rocks_ledger ledger{small(directory)};
    CHECK(ledger.summary().version == 0);
    CHECK(ledger.summary().counters == 0);
    const auto writer = ledger.open_writer(0);
    writer->put("a", std::nullopt, counted(1, 10));
    writer->put("b", std::nullopt, counted(2, 11, at(500)));
    writer->remember("id", record_until(900));
    CHECK_FALSE(read(ledger, "a"));
    CHECK(writer->commit(11, at(100), 2, 1) == commit_result::ok);
    CHECK(read(ledger, "a") == counted(1, 10));
    writer->put("a", counted(1, 10), std::nullopt);
    writer->put("c", std::nullopt, counted(-3, 12));
    CHECK(writer->commit(12, at(99), 0, 0) == commit_result::ok);
  }
  check_undamaged(directory, 2, 1);
  rocks_ledger ledger{small(directory)};
  CHECK(ledger.summary().version == 12);
  CHECK(ledger.summary().now == at(100));
  CHECK(ledger.summary().counters == 2);
  CHECK(ledger.summary().idempotency_records == 1);
  CHECK_FALSE(read(ledger, "a"));
  CHECK(read(ledger, "b") == counted(2, 11, at(500)));
  std::array<std::string_view, 4> names{"c", "", "a", "b"};
  std::array<std::optional<state>, 4> found;
  found[2] = counted(7, 7);
  REQUIRE(ledger.read(names, found) == outcome::ok);
  CHECK(found == std::array<std::optional<state>, 4>{counted(-3, 12), std::nullopt, std::nullopt,
                                                     counted(2, 11, at(500))});
  std::optional<counter::idempotency_record> idempotency_record;
  REQUIRE(ledger.read_idempotency_record("id", idempotency_record) == outcome::ok);
  CHECK(idempotency_record == record_until(900));
  REQUIRE(ledger.read_idempotency_record("other", idempotency_record) == outcome::ok);
  CHECK_FALSE(idempotency_record);
}

TEST_CASE("summary() has the totals of all runs, however many shards each had") {
  temporary_directory root;
  std::uint64_t version = 0;
  for (const unsigned shards : {3u, 1u, 4u, 2u}) {
    rocks_ledger ledger{small(root.path())};
    CHECK(ledger.summary().version == version);
    CHECK(ledger.summary().counters == version);
    for (unsigned shard = 0; shard < shards; ++shard) {
      const auto writer = ledger.open_writer(shard);
      for (int i = 0; i < 2; ++i) {
        const auto name = std::to_string(++version);
        writer->put(name, std::nullopt, counted(1, version));
        REQUIRE(writer->commit(version, at(1), 1, 0) == commit_result::ok);
      }
    }
  }
  check_undamaged(root.path(), version, 0);
}

TEST_CASE("read_due() returns what is due in order, and goes on where it ended") {
  temporary_directory root;
  rocks_ledger ledger{small(root.path())};
  const auto writer = ledger.open_writer(0);
  writer->put("late", std::nullopt, counted(1, 1, at(30)));
  writer->put("never", std::nullopt, counted(1, 2));
  writer->put("early", std::nullopt, counted(1, 3, at(10)));
  writer->remember("id", record_until(20));
  writer->put("as early", std::nullopt, counted(1, 4, at(10)));
  REQUIRE(writer->commit(4, at(0), 4, 1) == commit_result::ok);
  const std::vector<due_entry> all{{due_entry::kind_type::counter, "as early", at(10)},
                                   {due_entry::kind_type::counter, "early", at(10)},
                                   {due_entry::kind_type::idempotency_record, "id", at(20)},
                                   {due_entry::kind_type::counter, "late", at(30)}};
  for (const std::size_t step : {1, 2, 3, 4, 5})
    CHECK(due(ledger, 30, step) == all);
  CHECK(due(ledger, 29).size() == 3);
  CHECK(due(ledger, 9).empty());

  writer->forget("id", at(20));
  writer->put("late", counted(1, 1, at(30)), counted(2, 5));              // never expires now
  writer->put("early", counted(1, 3, at(10)), counted(2, 6, at(15)));     // later
  writer->put("as early", counted(1, 4, at(10)), counted(2, 7, at(10)));  // as before
  writer->put("never", counted(1, 2), std::nullopt);
  REQUIRE(writer->commit(7, at(0), -1, -1) == commit_result::ok);
  CHECK(due(ledger, 1'000) ==
        std::vector<due_entry>{{due_entry::kind_type::counter, "as early", at(10)},
                               {due_entry::kind_type::counter, "early", at(15)}});
}

TEST_CASE("put() twice for a name stores the later state") {
  temporary_directory root;
  {
    rocks_ledger ledger{small(root.path())};
    const auto writer = ledger.open_writer(0);
    writer->put("a", std::nullopt, counted(1, 1, at(10)));
    writer->put("a", std::nullopt, counted(2, 2, at(20)));
    writer->put("b", std::nullopt, counted(1, 3, at(10)));
    writer->put("b", std::nullopt, counted(2, 4));
    writer->put("c", std::nullopt, counted(1, 5, at(10)));
    writer->put("c", std::nullopt, std::nullopt);
    REQUIRE(writer->commit(5, at(0), 2, 0) == commit_result::ok);
    CHECK(read(ledger, "a") == counted(2, 2, at(20)));
    CHECK(read(ledger, "b") == counted(2, 4));
    CHECK_FALSE(read(ledger, "c"));
    CHECK(due(ledger, 100) == std::vector<due_entry>{{due_entry::kind_type::counter, "a", at(20)}});
    // Its expiry is removed and set to the same time again.
    writer->put("a", counted(2, 2, at(20)), counted(3, 6));
    writer->put("a", counted(2, 2, at(20)), counted(4, 7, at(20)));
    REQUIRE(writer->commit(7, at(0), 0, 0) == commit_result::ok);
    CHECK(due(ledger, 100) == std::vector<due_entry>{{due_entry::kind_type::counter, "a", at(20)}});
  }
  check_undamaged(root.path(), 2, 0);
}

TEST_CASE("list() returns the same pages as a table") {
  temporary_directory root;
  rocks_ledger ledger{small(root.path())};
  const auto writer = ledger.open_writer(0);
  std::uint64_t version = 0;
  for (const auto& name : cases::listed_names())
    writer->put(name, std::nullopt, counted(1, ++version));
  writer->remember("a", record_until(1));
  REQUIRE(writer->commit(version, at(0), 6, 1) == commit_result::ok);
  for (const auto& expected : cases::list_pages()) {
    CAPTURE(expected.prefix);
    CAPTURE(expected.after);
    CAPTURE(expected.limit);
    const auto page =
        list(ledger, {.prefix = expected.prefix, .after = expected.after, .limit = expected.limit});
    CHECK(names_of(page) == expected.names);
    CHECK(page.is_last == expected.is_last);
    CHECK(page.reached == expected.reached());
  }
  auto page = list(ledger, {.limit = 100}, 0, 2);
  CHECK(names_of(page) == std::vector<std::string>{"a", "a/1"});
  CHECK_FALSE(page.is_last);
  CHECK(page.reached == "a/1");
  page = list(ledger, {.after = page.reached, .limit = 100}, 0, 0);
  CHECK(page.counters.empty());
  CHECK_FALSE(page.is_last);
  CHECK(page.reached == "a/1");
}

TEST_CASE("list() stores the time at which it left out an expired counter") {
  temporary_directory root;
  {
    rocks_ledger ledger{small(root.path())};
    const auto writer = ledger.open_writer(0);
    writer->put("a", std::nullopt, counted(1, 1, at(50)));
    writer->put("b", std::nullopt, counted(1, 2, at(70)));
    writer->put("c", std::nullopt, counted(1, 3, at(90)));
    REQUIRE(writer->commit(3, at(60), 3, 0) == commit_result::ok);
    CHECK(names_of(list(ledger, {.limit = 9}, 49)).size() == 3);
    CHECK(names_of(list(ledger, {.limit = 9}, 50)) == std::vector<std::string>{"b", "c"});
    const auto page = list(ledger, {.limit = 1}, 80, 2);
    CHECK(page.counters.empty());
    CHECK(page.reached == "b");
    CHECK_FALSE(page.is_last);
  }
  CHECK(rocks_ledger{small(root.path())}.summary().now == at(80));
  check_undamaged(root.path(), 3, 0);
}

TEST_CASE("commit() stores the groups of several shards at once") {
  temporary_directory root;
  {
    rocks_ledger ledger{small(root.path())};
    std::vector<std::unique_ptr<counter::ledger_writer>> writers;
    for (unsigned shard = 0; shard < 4; ++shard)
      writers.push_back(ledger.open_writer(shard));
    std::array<bool, 4> are_stored{};
    std::vector<std::thread> threads;
    for (std::size_t shard = 0; shard < 4; ++shard)
      threads.emplace_back([&, shard] {
        bool is_stored = true;
        for (std::uint64_t i = 1; i <= 200; ++i) {
          writers[shard]->put(std::to_string(shard) + "/" + std::to_string(i), std::nullopt,
                              counted(1, i));
          is_stored &= writers[shard]->commit(i, at(1), 1, 0) == commit_result::ok;
        }
        are_stored[shard] = is_stored;
      });
    for (auto& thread : threads)
      thread.join();
    for (const bool is_stored : are_stored)
      CHECK(is_stored);
  }
  check_undamaged(root.path(), 800, 0);
}
