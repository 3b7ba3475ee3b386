#include "counter/shard/idempotency_store.hpp"

#include "counter/shard/quota.hpp"

#include "tests/unit/allocations.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

using counter::full_command;
using counter::full_reply;
using counter::idempotency_record;
using counter::idempotency_store;
using counter::quota;
using counter::time_point;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds ttl{1'000};
constexpr time_point start{milliseconds{50'000}};

full_command command(std::string name, std::string key,
                     std::uint16_t position = full_command::single) {
  full_command made{std::move(name)};
  made.parameters.operation = counter::operation::add;
  made.parameters.operand = 3;
  made.idempotency_key = std::move(key);
  made.position = position;
  return made;
}

full_reply reply_of(std::int64_t value) {
  return {counter::outcome::ok, false, std::nullopt, counter::state{value, 1}};
}

/// As a table does.
bool remember(idempotency_store& store, const full_command& command, time_point now,
              std::int64_t value = 0) {
  if (!store.reserve("id"))
    return false;
  store.remember(idempotency_id_of(command), command, reply_of(value), now);
  return true;
}

const idempotency_record* find(const idempotency_store& store, const full_command& command,
                               time_point now) {
  return store.find(idempotency_id_of(command), now);
}

std::size_t room_left(quota& room) {
  quota::share rest{room};
  std::size_t taken = 0;
  while (rest.take())
    ++taken;
  rest.give(static_cast<std::int64_t>(taken));
  return taken;
}

}  // namespace

TEST_CASE("idempotency_store::find() returns the remembered parameters and reply") {
  quota room{10};
  idempotency_store store{room, ttl, {1, 2}};
  const auto addition = command("hits", "k");
  CHECK(find(store, addition, start) == nullptr);
  REQUIRE(remember(store, addition, start, 8));
  const auto* record = find(store, addition, start);
  REQUIRE(record);
  CHECK(record->parameters == addition.parameters);
  CHECK(record->reply == reply_of(8));
}

TEST_CASE("idempotency_store::find() depends on name, key and position only") {
  quota room{10};
  idempotency_store store{room, ttl, {1, 2}};
  REQUIRE(remember(store, command("hits", "k"), start));
  for (const auto& other :
       {command("hit", "k"), command("hits", "kk"), command("hit", "sk"), command("hitsk", ""),
        command("k", "hits"), command("hits", "k", 0), command("hits", "k", 0xff),
        command("hits", "k", 0xff00), command("hits", "k", 999)}) {
    CAPTURE(other.name);
    CAPTURE(other.idempotency_key);
    CAPTURE(other.position);
    CHECK(find(store, other, start) == nullptr);
  }
  auto changed = command("hits", "k");
  changed.parameters.operand = 4;
  changed.condition.if_match = counter::version_set{true, {}};
  REQUIRE(find(store, changed, start));
  CHECK(find(store, changed, start)->parameters != changed.parameters);
}

TEST_CASE("an idempotency_store tells all names, keys and positions apart") {
  quota room{1'000};
  idempotency_store store{room, ttl, {1, 2}};
  const std::string longest_name(256, 'n'), longest_key(255, '~');
  std::int64_t value = 0;
  const auto each = [&](auto visit) {
    for (const auto& name : {std::string{"a"}, std::string{"\xc3\xa9"}, longest_name})
      for (const auto& key : {std::string{"!"}, std::string{"a"}, longest_key})
        for (const auto position :
             std::initializer_list<std::uint16_t>{0, 1, 255, 256, 999, 0xffff})
          visit(command(name, key, position));
  };
  each([&](const auto& command) { REQUIRE(remember(store, command, start, ++value)); });
  value = 0;
  each([&](const auto& command) {
    REQUIRE(find(store, command, start));
    REQUIRE(find(store, command, start)->reply == reply_of(++value));
  });
}

TEST_CASE("an idempotency_store finds a record until its ttl is over, to the millisecond") {
  quota room{10};
  idempotency_store store{room, ttl, {1, 2}};
  REQUIRE(remember(store, command("hits", "k"), start));
  CHECK(store.forget(start + ttl - milliseconds{1}, 100));
  CHECK(find(store, command("hits", "k"), start + ttl - milliseconds{1}));
  CHECK(room_left(room) == 9);
  CHECK(find(store, command("hits", "k"), start + ttl) == nullptr);
  CHECK(room_left(room) == 9);  // until forget()
  CHECK(store.forget(start + ttl, 100));
  CHECK(room_left(room) == 10);
  CHECK(find(store, command("hits", "k"), start) == nullptr);
}

TEST_CASE("idempotency_store::forget() forgets up to max records, the oldest first") {
  quota room{10};
  idempotency_store store{room, ttl, {1, 2}};
  for (const auto* key : {"a", "b", "c", "d", "e"})
    REQUIRE(remember(store, command("hits", key), start));
  REQUIRE(remember(store, command("hits", "f"), start + milliseconds{1}));
  CHECK_FALSE(store.forget(start + ttl, 0));
  CHECK(room_left(room) == 4);
  CHECK_FALSE(store.forget(start + ttl, 2));
  CHECK(room_left(room) == 6);
  CHECK(store.forget(start + ttl, 3));
  CHECK(room_left(room) == 9);
  CHECK(store.forget(start + ttl, 0));
  CHECK(find(store, command("hits", "f"), start + ttl));
}

TEST_CASE("idempotency_stores share a quota, and each forgets its own records") {
  quota room{2};
  idempotency_store left{room, ttl, {1, 2}}, right{room, ttl, {1, 2}};
  REQUIRE(remember(left, command("a", "k"), start));
  REQUIRE(remember(right, command("b", "k"), start + milliseconds{500}));
  CHECK_FALSE(left.reserve("id"));
  CHECK_FALSE(right.reserve("id"));
  CHECK(right.forget(start + ttl, 100));  // its own has time left
  CHECK_FALSE(right.reserve("id"));
  CHECK(left.forget(start + ttl, 100));
  CHECK(right.reserve("id"));
  CHECK_FALSE(left.reserve("id"));
  CHECK(find(right, command("b", "k"), start + ttl));
}

TEST_CASE("idempotency_store::unreserve() gives back the room of reserve()") {
  quota room{1};
  idempotency_store store{room, ttl, {1, 2}};
  for (int i = 0; i < 3; ++i) {
    REQUIRE(store.reserve("id"));
    CHECK_FALSE(store.reserve("id"));
    store.unreserve("id");
  }
  CHECK(room_left(room) == 1);
}

TEST_CASE("idempotency_store::remember() replaces a record whose time is over") {
  quota room{10};
  idempotency_store store{room, ttl, {1, 2}};
  REQUIRE(remember(store, command("hits", "k"), start, 1));
  REQUIRE(remember(store, command("hits", "k"), start + ttl, 2));
  CHECK(room_left(room) == 8);
  CHECK(find(store, command("hits", "k"), start + ttl)->reply == reply_of(2));
  // Forgetting the old record leaves the new one.
  CHECK(store.forget(start + ttl, 100));
  CHECK(room_left(room) == 9);
  REQUIRE(find(store, command("hits", "k"), start + ttl));
  CHECK(find(store, command("hits", "k"), start + ttl)->reply == reply_of(2));
  CHECK(find(store, command("hits", "k"), start + 2 * ttl) == nullptr);
  CHECK(store.forget(start + 2 * ttl, 100));
  CHECK(room_left(room) == 10);
}

TEST_CASE("an idempotency_store of many records drops none early and leaves none behind") {
  constexpr std::int64_t many = 20'000, at_once = 1'000;
  quota room{at_once};
  idempotency_store store{room, ttl, {1, 2}};
  // One per millisecond, each for a thousand milliseconds.
  const auto nth = [](std::int64_t i) { return command("hits", std::to_string(i)); };
  for (std::int64_t i = 0; i < many; ++i) {
    const auto now = start + milliseconds{i};
    REQUIRE(store.forget(now, 1));
    REQUIRE(remember(store, nth(i), now, i));
    const auto oldest = std::max<std::int64_t>(i - at_once + 1, 0);
    REQUIRE(find(store, nth(oldest), now));
    REQUIRE(find(store, nth(oldest), now)->reply == reply_of(oldest));
    REQUIRE(find(store, nth(oldest - 1), now) == nullptr);
  }
  CHECK(room_left(room) == 0);
}

TEST_CASE("an idempotency_store that has forgotten its records frees what they took") {
  constexpr std::int64_t many = 20'000;
  quota room{many};
  idempotency_store store{room, ttl, {1, 2}};
  const auto before = unit::allocations::now().live_bytes;
  for (std::int64_t i = 0; i < many; ++i)
    REQUIRE(remember(store, command("hits", std::to_string(i)), start, i));
  const auto full = unit::allocations::now().live_bytes - before;
  CHECK(full > many * 200);
  CHECK(store.forget(start + ttl, many));
  CHECK(unit::allocations::now().live_bytes - before < full / 24);
  CHECK(room_left(room) == many);
}
