#include "counter/shard/table.hpp"
#include "counter/limits.hpp"
#include "counter/shard/quota.hpp"
#include "tests/unit/allocations.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using counter::limits;
using counter::operation;
using counter::outcome;
using counter::quota;

namespace {

/// A table that hashes names itself.
class table {
public:
  explicit table(quota& room, counter::siphash_key key = {})
      : key_(key),
        counters_({room, idempotency_, std::chrono::hours{1}, key}) {}

  counter::reply apply(const counter::command& command) {
    return counters_.apply(command, siphash(key_, command.name), {});
  }
  std::size_t size() const noexcept { return counters_.size(); }

private:
  counter::siphash_key key_;
  counter::quota idempotency_{8};
  counter::table counters_;
};

counter::command get(std::string_view name) {
  return {operation::get, name, 0};
}

counter::command set(std::string_view name, std::int64_t value) {
  return {operation::set, name, value};
}

counter::command add(std::string_view name, std::int64_t delta) {
  return {operation::add, name, delta};
}

}  // namespace

TEST_CASE("table::apply() of an add that overflows changes nothing") {
  struct {
    std::int64_t value, delta;
  } const cases[] = {
      {INT64_MAX, 1},         {INT64_MAX, INT64_MAX}, {1, INT64_MAX},  {INT64_MIN, -1},
      {INT64_MIN, INT64_MIN}, {-1, INT64_MIN},        {INT64_MIN, -2}, {INT64_MAX - 4, 5},
  };
  for (const auto& [value, delta] : cases) {
    CAPTURE(value);
    CAPTURE(delta);
    quota room{8};
    table counters{room};
    counters.apply(set("visits", value));
    CHECK(counters.apply(add("visits", delta)).outcome == outcome::overflow);
    CHECK(counters.apply(get("visits")).value == value);
  }
}

TEST_CASE("table::apply() of an add returns the exact sum up to both ends of int64") {
  struct {
    std::int64_t value, delta, sum;
  } const cases[] = {
      {INT64_MAX - 1, 1, INT64_MAX}, {INT64_MIN + 1, -1, INT64_MIN},
      {INT64_MAX, INT64_MIN, -1},    {INT64_MIN, INT64_MAX, -1},
      {INT64_MAX, 0, INT64_MAX},     {INT64_MIN, 0, INT64_MIN},
      {INT64_MAX, -INT64_MAX, 0},    {-1, 1, 0},
      {0, INT64_MIN, INT64_MIN},     {INT64_MAX - 5, 5, INT64_MAX},
  };
  for (const auto& [value, delta, sum] : cases) {
    CAPTURE(value);
    CAPTURE(delta);
    quota room{8};
    table counters{room};
    counters.apply(set("visits", value));
    const auto reply = counters.apply(add("visits", delta));
    CHECK(reply.outcome == outcome::ok);
    CHECK(reply.value == sum);
    CHECK(counters.apply(get("visits")).value == sum);
  }
}

TEST_CASE("table::apply() of a get does not find a missing counter and does not create it") {
  quota room{8};
  table counters{room};
  CHECK(counters.apply(get("visits")).outcome == outcome::not_found);
  CHECK(counters.apply(get("visits")).outcome == outcome::not_found);
  CHECK(counters.size() == 0);
}

TEST_CASE("table::apply() of an add starts a missing counter at 0") {
  for (const std::int64_t delta :
       {std::int64_t{1}, std::int64_t{0}, std::int64_t{-5}, INT64_MAX, INT64_MIN}) {
    CAPTURE(delta);
    quota room{8};
    table counters{room};
    const auto reply = counters.apply(add("visits", delta));
    CHECK(reply.outcome == outcome::ok);
    CHECK(reply.value == delta);
    CHECK(counters.apply(get("visits")).value == delta);
    CHECK(counters.size() == 1);
  }
}

TEST_CASE("table::apply() of a set creates a counter or overwrites it") {
  quota room{8};
  table counters{room};
  CHECK(counters.apply(set("visits", INT64_MIN)).value == INT64_MIN);
  CHECK(counters.apply(set("visits", INT64_MAX)).value == INT64_MAX);
  CHECK(counters.apply(get("visits")).value == INT64_MAX);
  CHECK(counters.size() == 1);
}

TEST_CASE("a table compares names byte by byte") {
  quota room{100};
  table counters{room};
  const std::string longest(limits::name_bytes_max, 'x');
  const std::string_view names[] = {"x",         "X",     "xx",
                                    "x ",        "x/",    "\xc3\xa9",
                                    "e\xcc\x81", longest, std::string_view{longest}.substr(1)};
  std::int64_t value = 0;
  for (const auto name : names)
    counters.apply(set(name, ++value));
  value = 0;
  for (const auto name : names) {
    CAPTURE(name);
    CHECK(counters.apply(get(name)).value == ++value);
  }
  CHECK(counters.size() == std::size(names));
}

TEST_CASE("a table copies a counter's name") {
  quota room{8};
  table counters{room};
  std::string name = "a name that is too long for a string's own bytes";
  counters.apply(set(name, 5));
  const auto same = name;
  name.assign(name.size(), '.');
  CHECK(counters.apply(get(same)).value == 5);
  CHECK(counters.apply(get(name)).outcome == outcome::not_found);
}

TEST_CASE("table::apply() without room refuses new counters and changes existing ones") {
  quota room{2};
  table counters{room};
  counters.apply(set("a", 1));
  counters.apply(add("b", 2));
  CHECK(counters.apply(add("c", 3)).outcome == outcome::too_many_counters);
  CHECK(counters.apply(set("c", 3)).outcome == outcome::too_many_counters);
  CHECK(counters.apply(get("c")).outcome == outcome::not_found);
  CHECK(counters.size() == 2);
  CHECK(counters.apply(add("a", 1)).value == 2);
  CHECK(counters.apply(set("b", 7)).value == 7);
}

TEST_CASE("tables share a quota, and refused commands take no room") {
  quota room{2};
  table left{room}, right{room};
  left.apply(set("a", INT64_MAX));
  left.apply(add("a", 1));    // overflow
  left.apply(get("nobody"));  // not found
  left.apply(set("a", 5));    // there already
  CHECK(right.apply(set("b", 1)).outcome == outcome::ok);
  CHECK(right.apply(set("c", 1)).outcome == outcome::too_many_counters);
  CHECK(left.apply(set("c", 1)).outcome == outcome::too_many_counters);
}

TEST_CASE("a table of thousands of counters loses none while it grows, with any key") {
  constexpr std::int64_t many = 5'000;
  for (const counter::siphash_key key : {counter::siphash_key{}, counter::siphash_key{1, 2}}) {
    quota room{many};
    table counters{room, key};
    for (std::int64_t i = 0; i < many; ++i)
      counters.apply(set("name " + std::to_string(i), i));
    CHECK(counters.size() == many);
    for (std::int64_t i = 0; i < many; ++i)
      REQUIRE(counters.apply(add("name " + std::to_string(i), 1)).value == i + 1);
  }
}

TEST_CASE("a counter with a name of 20 bytes takes at most 52 bytes of memory") {
  constexpr std::size_t many = 1'000'000;
  quota room{many};
  const auto before = unit::allocations::now();
  table counters{room, {1, 2}};
  for (std::size_t i = 0; i < many; ++i) {
    const auto number = std::to_string(i);
    counters.apply(add(std::string(20 - number.size(), 'x') + number, 1));
  }
  const auto bytes = unit::allocations::now().live_bytes - before.live_bytes;
  CAPTURE(bytes);
  CHECK(counters.size() == many);
  CHECK(bytes <= many * 52);
}
