// full_command::idempotency_ttl: records that live for different times.

#include "counter/shard/idempotency_store.hpp"
#include "counter/shard/quota.hpp"
#include "tests/unit/durable_table_support.hpp"
#include "tests/unit/memory_ledger.hpp"
#include "tests/unit/random_commands.hpp"
#include "tests/unit/seed.hpp"
#include "tests/unit/table_support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace unit;
using namespace std::chrono_literals;
using counter::commit_result;
using counter::idempotency_store;
using counter::quota;
using counter::time_point;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr time_point start{1'800'000'000'000ms};

full_command with_ttl(std::optional<seconds> ttl, full_command command) {
  command.idempotency_ttl = ttl;
  return command;
}

full_command nth(std::size_t number, std::optional<seconds> ttl) {
  return with_ttl(ttl, keyed(std::to_string(number), add("hits", 1)));
}

/// A store with its quota.
struct bounded_store {
  explicit bounded_store(std::uint64_t room_max) : room(room_max) {}

  bool remember(const full_command& command, time_point now) {
    auto id = idempotency_id_of(command);
    if (!store.reserve(id))
      return false;
    store.remember(std::move(id), command, full_reply{}, now);
    return true;
  }

  bool has(const full_command& command, time_point now) const {
    return store.find(idempotency_id_of(command), now) != nullptr;
  }

  quota room;
  idempotency_store store{room, 24h, {1, 2}};
};

/// Forgets all that can be forgotten and returns how many records take room.
std::size_t taken(bounded_store& at, std::size_t room_max, time_point now) {
  REQUIRE(at.store.forget(now, SIZE_MAX));
  quota::share rest{at.room};
  std::size_t left = 0;
  while (rest.take())
    ++left;
  rest.give(static_cast<std::int64_t>(left));
  return room_max - left;
}

}  // namespace

TEST_CASE("idempotency_store::find() returns a record for as long as its command asked") {
  for (const seconds ttl :
       {1s, 2s, 3s, 59s, 60s, 61s, 120s, 3'600s, 86'399s, 86'400s, 31'536'000s}) {
    CAPTURE(ttl.count());
    bounded_store at{1};
    const auto command = nth(1, ttl);
    REQUIRE(at.remember(command, start));
    CHECK(at.has(command, start + ttl - 1ms));
    CHECK(taken(at, 1, start + ttl - 1ms) == 1);
    CHECK_FALSE(at.has(command, start + ttl));
    CHECK(taken(at, 1, start + ttl) == 0);
  }
  bounded_store at{1};
  REQUIRE(at.remember(nth(1, {}), start));
  CHECK(at.has(nth(1, {}), start + 24h - 1ms));
  CHECK_FALSE(at.has(nth(1, {}), start + 24h));
}

TEST_CASE("idempotency_store::forget() does not wait for older records that live longer") {
  bounded_store at{10};
  for (const seconds ttl : {86'400s, 3'600s, 60s, 1s})
    REQUIRE(at.remember(nth(static_cast<std::size_t>(ttl.count()), ttl), start));
  CHECK(taken(at, 10, start + 1s - 1ms) == 4);
  CHECK(taken(at, 10, start + 1s) == 3);
  CHECK(taken(at, 10, start + 60s) == 2);
  CHECK(taken(at, 10, start + 3'600s) == 1);
  CHECK(at.has(nth(86'400, {}), start + 86'400s - 1ms));
  CHECK(taken(at, 10, start + 86'400s) == 0);
}

TEST_CASE("idempotency_store::forget() does not wait for an older record of twice the lifetime") {
  for (const seconds ttl : {1s, 3s, 33s, 60s, 66s, 120s, 131s, 132s, 3'600s, 50'000s}) {
    CAPTURE(ttl.count());
    bounded_store at{2};
    REQUIRE(at.remember(nth(1, 2 * ttl), start));
    REQUIRE(at.remember(nth(2, ttl), start));
    CHECK(taken(at, 2, start + ttl) == 1);
    CHECK(at.has(nth(1, {}), start + 2 * ttl - 1ms));
  }
}

TEST_CASE("idempotency_store::forget() counts its steps over all lifetimes") {
  bounded_store at{10};
  for (const seconds ttl : {86'400s, 60s, 1s})
    for (std::size_t i = 0; i < 2; ++i)
      REQUIRE(at.remember(nth(static_cast<std::size_t>(ttl.count()) + i, ttl), start));
  const auto late = start + 86'400s;
  CHECK_FALSE(at.store.forget(late, 0));
  CHECK_FALSE(at.store.forget(late, 3));
  CHECK_FALSE(at.store.forget(late, 2));
  CHECK(at.store.forget(late, 1));
  CHECK(taken(at, 10, late) == 0);
}

TEST_CASE("a record behind an older one of its class takes room for less than twice its time") {
  // 66 s to 131 s are one class.
  bounded_store at{10};
  const auto longer = nth(1, 131s), shorter = nth(2, 66s);
  REQUIRE(at.remember(longer, start));
  REQUIRE(at.remember(shorter, start));
  CHECK(at.has(shorter, start + 66s - 1ms));
  CHECK_FALSE(at.has(shorter, start + 66s));
  CHECK(taken(at, 10, start + 66s) == 2);
  // Its id is free at once.
  REQUIRE(at.remember(shorter, start + 66s));
  CHECK(taken(at, 10, start + 131s) == 1);
  CHECK(at.has(shorter, start + 132s - 1ms));
  CHECK(taken(at, 10, start + 132s) == 0);
}

TEST_CASE("an idempotency_store of random lifetimes keeps what a map does, and gives room back") {
  const auto seed = unit::chosen_seed();
  CAPTURE(seed);
  model::dice random{seed};
  constexpr std::size_t room_max = 100'000;
  bounded_store at{room_max};
  struct life {
    time_point until;
    time_point latest_room;  // it takes none from then on
  };
  std::map<std::size_t, life> lives;
  std::vector<time_point> rooms;
  auto now = start;
  for (int step = 0; step < 20'000; ++step) {
    now += milliseconds{random.pick<std::int64_t>({0, 1, 7, 400, 1'000, 30'000})};
    const auto number = random.roll(500);
    const auto command =
        nth(number, random.one_in(8) ? std::nullopt
                                     : std::optional{seconds{random.pick<std::int64_t>(
                                           {1, 2, 3, 5, 60, 66, 100, 131, 600, 86'400})}});
    const auto old = lives.find(number);
    const bool is_remembered = old != lives.end() && now < old->second.until;
    REQUIRE(at.has(command, now) == is_remembered);
    at.store.forget(now, random.roll(3));
    if (is_remembered)
      continue;
    const milliseconds lifetime = command.idempotency_ttl.value_or(24h);
    REQUIRE(at.remember(command, now));
    lives[number] = {now + lifetime, now + 2 * lifetime};
    rooms.push_back(now + 2 * lifetime);
    if (step % 64 != 0)
      continue;
    const auto all = taken(at, room_max, now);
    const auto alive = std::count_if(lives.begin(), lives.end(),
                                     [&](const auto& entry) { return now < entry.second.until; });
    std::erase_if(rooms, [&](time_point latest) { return latest <= now; });
    REQUIRE(all >= static_cast<std::size_t>(alive));
    REQUIRE(all <= rooms.size());
  }
  CHECK(taken(at, room_max, now + 48h) == 0);
}

TEST_CASE("table::apply() of a keyed command again repeats the reply whatever its new TTL") {
  shard at{10, 1};
  const auto command = keyed("k", add("hits", 1));
  const auto first = at.apply(with_ttl(5s, command));
  REQUIRE(first.outcome == outcome::ok);
  at.pass(4'999ms);
  for (const std::optional<seconds> ttl : {std::optional{1s}, std::optional{9s}, {}})
    CHECK(at.apply(with_ttl(ttl, command)).is_replayed);
  // The first TTL counts.
  at.pass(1ms);
  CHECK_FALSE(at.apply(with_ttl(9s, command)).is_replayed);
  at.pass(8'999ms);
  CHECK(at.apply(command).is_replayed);
}

TEST_CASE("table::apply() with short-lived keys takes as many as their time allows, for ever") {
  // Twenty keys at a time, each for two seconds, ten a second.
  shard at{10, 20};
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(at.apply(with_ttl(2s, keyed(std::to_string(i), add("hits", 1)))).outcome ==
            outcome::ok);
    at.pass(100ms);
  }
  // Those without a TTL of their own stay for a minute.
  at.pass(2s);
  for (int i = 0; i < 20; ++i)
    REQUIRE(at.apply(keyed("long" + std::to_string(i), add("hits", 1))).outcome == outcome::ok);
  CHECK(at.apply(with_ttl(2s, keyed("more", add("hits", 1)))).outcome ==
        outcome::idempotency_store_full);
}

TEST_CASE("a durable_table forgets records of different lifetimes in time, over restarts") {
  memory_ledger disk;
  const durable_shard::settings settings{.idempotency_records_max = 4};
  const auto lifetimes = {86'400s, 131s, 66s, 1s};
  const auto of = [](seconds ttl) { return nth(static_cast<std::size_t>(ttl.count()), ttl); };
  {
    durable_shard first{disk, settings};
    for (const seconds ttl : lifetimes)
      first.ask(of(ttl));
    REQUIRE(first.commit(start) == commit_result::ok);
  }
  const auto sweep = [](durable_shard& at, time_point now) {
    do {
      at.begin().ask_expiry_sweep();
      REQUIRE(at.commit(now) == commit_result::ok);
    } while (!at.expiry_sweep(0).is_done);
  };
  std::size_t left = 4;
  for (const seconds ttl : {1s, 66s, 131s, 86'400s}) {
    CAPTURE(ttl.count());
    disk.reopen();
    durable_shard at{disk, settings};
    sweep(at, start + ttl - 1ms);
    CHECK(disk.committed.idempotency_records.size() == left);
    at.begin().ask(of(ttl));
    REQUIRE(at.commit(start + ttl - 1ms) == commit_result::ok);
    CHECK(at.full_reply(0).is_replayed);
    sweep(at, start + ttl);
    CHECK(disk.committed.idempotency_records.size() == --left);
    CHECK(disk.committed.due.size() == left);
  }
}
