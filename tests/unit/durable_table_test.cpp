#include "counter/shard/durable_table.hpp"

#include "tests/unit/durable_table_support.hpp"
#include "tests/unit/memory_ledger.hpp"
#include "tests/unit/table_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using counter::commit_result;
using counter::full_reply;
using counter::operation;
using counter::outcome;
using counter::state;
using namespace unit;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr counter::time_point start{milliseconds{1'800'000'000'000}};

}  // namespace

TEST_CASE("a durable_table has committed counters after a restart, with version and expiry") {
  memory_ledger disk;
  {
    durable_shard first{disk, {}};
    first.ask(operation::add, "hits", 3).ask(set("soon", 7, seconds{10})).ask(add("hits", 4));
    REQUIRE(first.commit(start) == commit_result::ok);
    CHECK(first.reply(0).value == 3);
    CHECK(first.full_reply(2).after == state{7, 3});
  }
  disk.reopen();
  durable_shard second{disk, {}};
  second.ask(get("hits")).ask(get("soon")).ask(add("hits", 1));
  REQUIRE(second.commit(start) == commit_result::ok);
  CHECK(second.full_reply(0).after == state{7, 3});
  CHECK(second.full_reply(1).after == state{7, 2, start + seconds{10}});
  CHECK(second.full_reply(2).after == state{8, 4});
}

TEST_CASE("durable_table::commit() writes a counter once, and nothing if the group only read") {
  memory_ledger disk;
  durable_shard shard{disk, {}};
  for (int i = 0; i < 100; ++i)
    shard.ask(operation::add, "hot", 1);
  REQUIRE(shard.commit(start) == commit_result::ok);
  CHECK(disk.commits == 1);
  CHECK(disk.committed.counters.at("hot") == state{100, 100});
  shard.begin().ask(operation::get, "hot").ask(operation::get, "cold");
  REQUIRE(shard.commit(start) == commit_result::ok);
  CHECK(shard.reply(0).value == 100);
  CHECK(shard.reply(1).outcome == outcome::not_found);
  CHECK(disk.commits == 1);
}

TEST_CASE("a counter created and removed within a group leaves nothing but its version") {
  memory_ledger disk;
  durable_shard shard{disk, {}};
  shard.ask(operation::add, "x", 1).ask(erase("x")).ask(operation::add, "x", 5).ask(erase("x"));
  REQUIRE(shard.commit(start) == commit_result::ok);
  CHECK(disk.committed.counters.empty());
  CHECK(disk.summary().version == 4);
  shard.begin().ask(add("x", 9)).ask(erase("x")).ask(add("x", 1));
  REQUIRE(shard.commit(start) == commit_result::ok);
  CHECK(disk.committed.counters.at("x") == state{1, 7});
}

TEST_CASE("a counter removed or expired in a group is not loaded again before the commit") {
  memory_ledger disk;
  {
    durable_shard first{disk, {}};
    first.ask(operation::set, "a", 7).ask(set("b", 8, seconds{1})).ask(keyed("k", add("a", 1)));
    REQUIRE(first.commit(start) == commit_result::ok);
  }
  disk.reopen();
  durable_shard second{disk, {.idempotency_records_max = 2}};
  second.ask(erase("a")).begin_batch().ask(get("a")).ask(get("b")).begin_batch();
  second.ask(get("b")).ask(keyed("k", add("b", 1))).begin_batch().ask(erase("a"));
  REQUIRE(second.commit(start + seconds{60}) == commit_result::ok);
  CHECK(second.full_reply(0).outcome == outcome::ok);
  CHECK(second.full_reply(1).outcome == outcome::not_found);
  CHECK(second.full_reply(2).outcome == outcome::not_found);
  CHECK(second.full_reply(3).outcome == outcome::not_found);
  CHECK(second.full_reply(4).after->value == 1);
  CHECK(second.full_reply(5).outcome == outcome::not_found);
  CHECK(disk.committed.counters.size() == 1);
  CHECK(disk.committed.idempotency_records.size() == 2);
}

TEST_CASE("an idempotency record whose time is over is forgotten once per group") {
  memory_ledger disk;
  {
    durable_shard first{disk, {}};
    first.ask(keyed("k", add("a", 1)));
    REQUIRE(first.commit(start) == commit_result::ok);
  }
  disk.reopen();
  durable_shard second{disk, {.idempotency_records_max = 1}};
  second.ask_expiry_sweep()
      .begin_batch()
      .ask_expiry_sweep()
      .ask(keyed("k", set("a", 1)))
      .begin_batch();
  second.ask(keyed("k", set("a", 1))).ask(keyed("l", set("a", 1)));
  REQUIRE(second.commit(start + seconds{60}) == commit_result::ok);
  CHECK(second.full_reply(2).outcome == outcome::ok);
  CHECK(second.full_reply(3).is_replayed);
  CHECK(second.full_reply(4).outcome == outcome::idempotency_store_full);
}

TEST_CASE("durable_table::revise() after a full disk refuses changes and answers reads") {
  memory_ledger disk;
  durable_shard shard{disk, {.counters_max = 2}};
  shard.ask(operation::set, "a", 1).ask(set("b", 2, seconds{100}));
  REQUIRE(shard.commit(start) == commit_result::ok);

  disk.next_commit = commit_result::full;
  shard.begin()
      .ask(operation::add, "a", 10)
      .ask(operation::get, "a")
      .ask(erase("b"))
      .ask(get("b"))
      .ask(keyed("k", add("c", 1)))
      .ask(operation::get, "c");
  REQUIRE(shard.commit(start) == commit_result::full);
  CHECK(shard.reply(0).outcome == outcome::disk_full);
  CHECK(shard.reply(1).value == 1);
  CHECK(shard.full_reply(2).outcome == outcome::disk_full);
  CHECK(shard.full_reply(3).after == state{2, 2, start + seconds{100}});
  CHECK(shard.full_reply(4).outcome == outcome::disk_full);
  CHECK(shard.reply(5).outcome == outcome::not_found);

  // Everything is rolled back: the counters, their room and the key.
  disk.next_commit = commit_result::ok;
  shard.begin().ask(keyed("k", add("a", 1))).ask(get("b")).ask(operation::add, "c", 1);
  REQUIRE(shard.commit(start) == commit_result::ok);
  CHECK_FALSE(shard.full_reply(0).is_replayed);
  CHECK(shard.full_reply(0).after->value == 2);
  CHECK(shard.full_reply(1).after->value == 2);
  CHECK(shard.reply(2).outcome == outcome::too_many_counters);
}

TEST_CASE(
    "durable_table::revise() after a failed disk refuses with outcome_unknown, then draining") {
  memory_ledger disk;
  durable_shard shard{disk, {}};
  disk.next_commit = commit_result::unknown;
  shard.ask(operation::add, "a", 1).ask(add("b", 1)).begin_batch().ask(operation::get, "a");
  REQUIRE(shard.commit(start) == commit_result::unknown);
  CHECK(shard.reply(0).outcome == outcome::outcome_unknown);
  CHECK(shard.full_reply(1).outcome == outcome::outcome_unknown);
  CHECK(shard.reply(2).outcome == outcome::outcome_unknown);
  disk.next_commit = commit_result::refused;
  shard.begin().ask(operation::add, "a", 1);
  REQUIRE(shard.commit(start) == commit_result::refused);
  CHECK(shard.reply(0).outcome == outcome::draining);
}

TEST_CASE("a durable_table has idempotency records after a restart, until their time is over") {
  memory_ledger disk;
  const durable_shard::settings settings{.idempotency_records_max = 1};
  {
    durable_shard first{disk, settings};
    first.ask(keyed("k", add("a", 5)));
    REQUIRE(first.commit(start) == commit_result::ok);
  }
  disk.reopen();
  durable_shard second{disk, settings};
  second.ask(keyed("k", add("a", 5))).ask(keyed("k", add("a", 6))).ask(keyed("l", add("a", 1)));
  REQUIRE(second.commit(start + seconds{59}) == commit_result::ok);
  CHECK(second.full_reply(0) == full_reply{outcome::ok, true, {}, state{5, 1}});
  CHECK(second.full_reply(1).outcome == outcome::key_mismatch);
  CHECK(second.full_reply(2).outcome == outcome::idempotency_store_full);

  // The next record under the id takes the room of the one whose time is over.
  second.begin().ask(keyed("k", add("a", 6)));
  REQUIRE(second.commit(start + seconds{60}) == commit_result::ok);
  CHECK(second.full_reply(0).after == state{11, 2});
}

TEST_CASE(
    "an expiry sweep deletes what is due and not in memory, over several sweeps if necessary") {
  memory_ledger disk;
  {
    durable_shard first{disk, {.counters_max = 1'000, .idempotency_records_max = 1'000}};
    for (int i = 0; i < 300; ++i)
      first.ask(set("c" + std::to_string(i), i, seconds{1 + i % 2}))
          .ask(keyed("k" + std::to_string(i), add("lasting", 1)));
    REQUIRE(first.commit(start) == commit_result::ok);
  }
  REQUIRE(disk.committed.due.size() == 600);
  disk.reopen();
  durable_shard second{disk, {.counters_max = 302, .idempotency_records_max = 300}};
  second.ask_expiry_sweep();
  REQUIRE(second.commit(start + milliseconds{1'999}) == commit_result::ok);
  CHECK(second.expiry_sweep(0).is_done);
  CHECK(disk.committed.counters.size() == 151);
  int sweeps = 1;
  for (;; ++sweeps) {
    second.begin().ask_expiry_sweep();
    REQUIRE(second.commit(start + seconds{60}) == commit_result::ok);
    if (second.expiry_sweep(0).is_done)
      break;
    REQUIRE(sweeps < 10);
  }
  CHECK(sweeps > 1);
  CHECK(disk.committed.counters.size() == 1);
  CHECK(disk.committed.idempotency_records.empty());
  CHECK(disk.committed.due.empty());
}

TEST_CASE("an expiry sweep deletes only what belongs to its shard") {
  memory_ledger disk;
  durable_shard::settings settings{.counters_max = 10'000, .shards = 3};
  int owned[3] = {};
  const counter::placement placement{3, settings.key};
  for (settings.shard = 0; settings.shard < 3; ++settings.shard) {
    durable_shard shard{disk, settings};
    for (int i = 0; i < 900; ++i) {
      const auto name = std::to_string(i);
      if (placement.of(name).shard == settings.shard && ++owned[settings.shard] > 0)
        shard.ask(set(name, i, seconds{1}));
    }
    REQUIRE(shard.commit(start) == commit_result::ok);
  }
  auto left = disk.committed.counters.size();
  REQUIRE(left == 900);
  for (settings.shard = 0; settings.shard < 3; ++settings.shard) {
    disk.reopen();
    durable_shard shard{disk, settings};
    do {
      shard.begin().ask_expiry_sweep();
      REQUIRE(shard.commit(start + seconds{2}) == commit_result::ok);
    } while (!shard.expiry_sweep(0).is_done);
    left -= static_cast<std::size_t>(owned[settings.shard]);
    CHECK(disk.committed.counters.size() == left);
  }
  CHECK(left == 0);
}

TEST_CASE("durable_table::commit() evicts counters above bytes_max") {
  memory_ledger disk;
  durable_shard shard{disk, {.counters_max = 1'000'000, .bytes_max = 50'000}};
  for (int group = 0; group < 100; ++group) {
    shard.begin();
    for (int i = 0; i < 100; ++i)
      shard.ask(operation::set, std::to_string(group) + "/" + std::to_string(i), i);
    REQUIRE(shard.commit(start) == commit_result::ok);
  }
  CHECK(disk.committed.counters.size() == 10'000);
  CHECK(shard.table.bytes() <= 50'000);
  CHECK(shard.table.bytes() > 25'000);
  // A counter that was used in the last group is in memory.
  shard.begin().ask(operation::get, "new").ask(operation::add, "hot", 1);
  REQUIRE(shard.commit(start) == commit_result::ok);
  disk.reads = 0;
  for (int i = 0; i < 10; ++i) {
    shard.begin().ask(operation::add, "hot", 1);
    REQUIRE(shard.commit(start) == commit_result::ok);
    CHECK(shard.reply(0).value == i + 2);
  }
  CHECK(disk.reads <= 1);
}

TEST_CASE("durable_table::apply() refuses a batch with the outcome of a read that fails") {
  for (const auto failure : {outcome::unreadable, outcome::disk_full}) {
    memory_ledger disk;
    {
      durable_shard first{disk, {}};
      first.ask(operation::set, "a", 1);
      REQUIRE(first.commit(start) == commit_result::ok);
    }
    disk.reopen();
    durable_shard second{disk, {}};
    disk.read_outcome = failure;
    second.ask(operation::add, "a", 1).ask(keyed("k", add("b", 1))).ask_expiry_sweep();
    REQUIRE(second.commit(start) == commit_result::ok);
    CHECK(second.reply(0).outcome == failure);
    CHECK(second.full_reply(1).outcome == failure);
    CHECK(second.expiry_sweep(2).outcome == failure);
    disk.read_outcome = outcome::ok;
    second.begin().ask(operation::add, "a", 1).ask(get("b"));
    REQUIRE(second.commit(start) == commit_result::ok);
    CHECK(second.reply(0).value == 2);
    CHECK(second.full_reply(1).outcome == outcome::not_found);
  }
}

TEST_CASE("a durable_table's time continues after a restart, though the clock was set back") {
  memory_ledger disk;
  {
    durable_shard first{disk, {}};
    first.ask(set("a", 1, seconds{10}));
    REQUIRE(first.commit(start) == commit_result::ok);
    // The ledger stores that time, so the counter stays expired.
    first.begin().ask(get("a"));
    REQUIRE(first.commit(start + seconds{10}) == commit_result::ok);
    CHECK(first.full_reply(0).outcome == outcome::not_found);
  }
  disk.reopen();
  durable_shard second{disk, {}};
  second.ask(get("a")).ask(set("b", 1, seconds{10}));
  REQUIRE(second.commit(start - seconds{3'600}) == commit_result::ok);
  CHECK(second.full_reply(0).outcome == outcome::not_found);
  CHECK(second.full_reply(1).after->expires_at == start + seconds{20});
}
