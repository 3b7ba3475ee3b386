#include "counter/shard/idempotency_store.hpp"

#include "counter/shard/quota.hpp"

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

/// As a table does it.
bool remember(idempotency_store& log, const full_command& what, time_point now,
              std::int64_t value = 0) {
  if (!log.reserve())
    return false;
  log.remember(what, reply_of(value), now);
  return true;
}

std::size_t room_left(quota& room) {
  std::size_t taken = 0;
  while (room.take())
    ++taken;
  for (std::size_t i = 0; i < taken; ++i)
    room.give();
  return taken;
}

}  // namespace

TEST_CASE("what is remembered is found with its parameters and its reply") {
  quota room{10};
  idempotency_store log{room, ttl, {1, 2}};
  const auto asked = command("hits", "k");
  CHECK(log.find(asked, start) == nullptr);
  REQUIRE(remember(log, asked, start, 8));
  const auto* found = log.find(asked, start);
  REQUIRE(found);
  CHECK(found->parameters == asked.parameters);
  CHECK(found->reply == reply_of(8));
}

TEST_CASE("it is found by name, key and position, and by nothing else") {
  quota room{10};
  idempotency_store log{room, ttl, {1, 2}};
  REQUIRE(remember(log, command("hits", "k"), start));
  for (const auto& other :
       {command("hit", "k"), command("hits", "kk"), command("hit", "sk"), command("hitsk", ""),
        command("k", "hits"), command("hits", "k", 0), command("hits", "k", 0xff),
        command("hits", "k", 0xff00), command("hits", "k", 999)}) {
    CAPTURE(other.name);
    CAPTURE(other.idempotency_key);
    CAPTURE(other.position);
    CHECK(log.find(other, start) == nullptr);
  }
  auto changed = command("hits", "k");
  changed.parameters.operand = 4;
  changed.condition.if_match = counter::version_set{true, {}};
  REQUIRE(log.find(changed, start));
  CHECK(log.find(changed, start)->parameters != changed.parameters);
}

TEST_CASE("names, keys and positions of every kind are kept apart") {
  quota room{1'000};
  idempotency_store log{room, ttl, {1, 2}};
  const std::string longest_name(256, 'n'), longest_key(255, '~');
  std::int64_t value = 0;
  const auto each = [&](auto visit) {
    for (const auto& name : {std::string{"a"}, std::string{"\xc3\xa9"}, longest_name})
      for (const auto& key : {std::string{"!"}, std::string{"a"}, longest_key})
        for (const auto position :
             std::initializer_list<std::uint16_t>{0, 1, 255, 256, 999, 0xffff})
          visit(command(name, key, position));
  };
  each([&](const auto& one) { REQUIRE(remember(log, one, start, ++value)); });
  value = 0;
  each([&](const auto& one) {
    REQUIRE(log.find(one, start));
    REQUIRE(log.find(one, start)->reply == reply_of(++value));
  });
}

TEST_CASE("a command is remembered until its time is over, to the millisecond") {
  quota room{10};
  idempotency_store log{room, ttl, {1, 2}};
  REQUIRE(remember(log, command("hits", "k"), start));
  CHECK(log.forget(start + ttl - milliseconds{1}, 100));
  CHECK(log.find(command("hits", "k"), start + ttl - milliseconds{1}));
  CHECK(room_left(room) == 9);
  CHECK(log.find(command("hits", "k"), start + ttl) == nullptr);
  CHECK(room_left(room) == 9);  // until it is forgotten
  CHECK(log.forget(start + ttl, 100));
  CHECK(room_left(room) == 10);
  CHECK(log.find(command("hits", "k"), start) == nullptr);
}

TEST_CASE("what is over is forgotten in steps, the oldest first") {
  quota room{10};
  idempotency_store log{room, ttl, {1, 2}};
  for (const auto* key : {"a", "b", "c", "d", "e"})
    REQUIRE(remember(log, command("hits", key), start));
  REQUIRE(remember(log, command("hits", "f"), start + milliseconds{1}));
  CHECK_FALSE(log.forget(start + ttl, 0));
  CHECK(room_left(room) == 4);
  CHECK_FALSE(log.forget(start + ttl, 2));
  CHECK(room_left(room) == 6);
  CHECK(log.forget(start + ttl, 3));
  CHECK(room_left(room) == 9);
  CHECK(log.forget(start + ttl, 0));
  CHECK(log.find(command("hits", "f"), start + ttl));
}

TEST_CASE("logs share their room, and each drops only its own") {
  quota room{2};
  idempotency_store left{room, ttl, {1, 2}}, right{room, ttl, {1, 2}};
  REQUIRE(remember(left, command("a", "k"), start));
  REQUIRE(remember(right, command("b", "k"), start + milliseconds{500}));
  CHECK_FALSE(left.reserve());
  CHECK_FALSE(right.reserve());
  CHECK(right.forget(start + ttl, 100));  // its own has time left
  CHECK_FALSE(right.reserve());
  CHECK(left.forget(start + ttl, 100));
  CHECK(right.reserve());
  CHECK_FALSE(left.reserve());
  CHECK(right.find(command("b", "k"), start + ttl));
}

TEST_CASE("room that was not needed is given back") {
  quota room{1};
  idempotency_store log{room, ttl, {1, 2}};
  for (int i = 0; i < 3; ++i) {
    REQUIRE(log.reserve());
    CHECK_FALSE(log.reserve());
    log.unreserve();
  }
  CHECK(room_left(room) == 1);
}

TEST_CASE("a new record takes the place of one that is over and not forgotten yet") {
  quota room{10};
  idempotency_store log{room, ttl, {1, 2}};
  REQUIRE(remember(log, command("hits", "k"), start, 1));
  REQUIRE(remember(log, command("hits", "k"), start + ttl, 2));
  CHECK(room_left(room) == 8);
  CHECK(log.find(command("hits", "k"), start + ttl)->reply == reply_of(2));
  // To forget the old one leaves the new one.
  CHECK(log.forget(start + ttl, 100));
  CHECK(room_left(room) == 9);
  REQUIRE(log.find(command("hits", "k"), start + ttl));
  CHECK(log.find(command("hits", "k"), start + ttl)->reply == reply_of(2));
  CHECK(log.find(command("hits", "k"), start + 2 * ttl) == nullptr);
  CHECK(log.forget(start + 2 * ttl, 100));
  CHECK(room_left(room) == 10);
}

TEST_CASE("of many that come and go none is dropped early and none is kept") {
  constexpr std::int64_t many = 20'000, at_once = 1'000;
  quota room{at_once};
  idempotency_store log{room, ttl, {1, 2}};
  // One each millisecond, each for a thousand of them.
  const auto one = [](std::int64_t i) { return command("hits", std::to_string(i)); };
  for (std::int64_t i = 0; i < many; ++i) {
    const auto now = start + milliseconds{i};
    REQUIRE(log.forget(now, 1));
    REQUIRE(remember(log, one(i), now, i));
    const auto oldest = std::max<std::int64_t>(i - at_once + 1, 0);
    REQUIRE(log.find(one(oldest), now));
    REQUIRE(log.find(one(oldest), now)->reply == reply_of(oldest));
    REQUIRE(log.find(one(oldest - 1), now) == nullptr);
  }
  CHECK(room_left(room) == 0);
}
