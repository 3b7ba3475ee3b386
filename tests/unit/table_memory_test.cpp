// table::settings: bounds of what counters and idempotency records take.

#include "tests/unit/bounded_table.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

using namespace unit;
using namespace std::chrono_literals;

TEST_CASE("table::apply() creates counters until their memory is used up, and no more") {
  for (const std::size_t name_bytes : {6, 20, 64, 256})
    for (const bool expires : {false, true}) {
      CAPTURE(name_bytes);
      CAPTURE(expires);
      counter::quota memory{16 * mebibyte};
      const auto before = live_bytes();
      bounded_table at{memory};
      const auto empty = live_bytes() - before;
      const auto count = at.fill(name_bytes, expires ? std::optional{3600s} : std::nullopt);
      CHECK(count > 16 * mebibyte / (name_bytes + 160));
      list_all(at);
      CHECK(live_bytes() - before - empty <= 16 * mebibyte);
      CHECK(at.table.size() == count);
    }
}

TEST_CASE("table::apply() goes on with existing counters when the memory is used up") {
  counter::quota memory{2 * mebibyte};
  const auto before = live_bytes();
  bounded_table at{memory};
  const auto empty = live_bytes() - before;
  const auto count = at.fill(20);
  CHECK(at.apply(operation::add, "new") == outcome::too_many_counters);
  CHECK(at.apply(add("new", 1)) == outcome::too_many_counters);
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = bounded_table::name(i, 20);
    REQUIRE(at.apply(operation::get, name) == outcome::ok);
    REQUIRE(at.apply(operation::add, name) == outcome::ok);
    REQUIRE(at.apply(set(name, 7, 3600s)) == outcome::ok);
  }
  list_all(at);
  CHECK(live_bytes() - before - empty <= 2 * mebibyte);
  CHECK(at.apply(erase(bounded_table::name(0, 20))) == outcome::ok);
  CHECK(at.apply(operation::add, bounded_table::name(9, 19)) == outcome::ok);
  CHECK(at.apply(operation::add, "another") == outcome::too_many_counters);
}

TEST_CASE("table::apply() gives the memory of deleted counters to counters of any shorter name") {
  counter::quota memory{4 * mebibyte};
  const auto before = live_bytes();
  bounded_table at{memory};
  const auto empty = live_bytes() - before;
  std::size_t count_before = 0;
  for (const std::size_t name_bytes : {256, 100, 30, 8}) {
    CAPTURE(name_bytes);
    const auto count = at.fill(name_bytes);
    list_all(at);
    CHECK(live_bytes() - before - empty <= 4 * mebibyte);
    CHECK(count >= count_before);
    CHECK(count > 8'000);
    count_before = count;
    for (std::size_t i = 0; i < count; ++i)
      REQUIRE(at.apply(erase(bounded_table::name(i, name_bytes))) == outcome::ok);
  }
}

TEST_CASE("table::apply() takes the memory of an expired counter for a new one") {
  counter::quota memory{mebibyte};
  bounded_table at{memory};
  const auto count = at.fill(20, 10s);
  at.now += 10s;
  CHECK(at.apply(set(std::string(20, 'x'), 1)) == outcome::ok);
  CHECK(at.table.size() == count);
}

TEST_CASE("table::apply() that finds no memory takes no room among the counters") {
  counter::quota memory{mebibyte};
  std::size_t count = 0;
  {
    counter::quota same{mebibyte};
    bounded_table at{same};
    count = at.fill(20);
  }
  bounded_table at{memory, count + 1};
  CHECK(at.fill(20) == count);
  for (int i = 0; i < 10; ++i)
    CHECK(at.apply(operation::add, "new") == outcome::too_many_counters);
  counter::quota::share rest{at.counters};
  CHECK(rest.take());
  CHECK_FALSE(rest.take());
}

TEST_CASE("tables share their memory") {
  counter::quota memory{4 * mebibyte};
  bounded_table left{memory}, right{memory};
  CHECK(left.fill(20) > 0);
  CHECK(right.apply(operation::add, "x") == outcome::too_many_counters);
}

TEST_CASE("table::apply() with a key reserves the memory of its idempotency record") {
  counter::quota memory{2 * mebibyte};
  const auto before = live_bytes();
  bounded_table at{memory};
  const auto empty = live_bytes() - before;
  CHECK(at.apply(operation::add, "hits") == outcome::ok);
  const auto key = [](int number) {
    return bounded_table::name(static_cast<std::size_t>(number), 255);
  };
  const auto fill = [&](int first) {
    int number = first;
    auto outcome = outcome::ok;
    while ((outcome = at.apply(keyed(key(number), add("hits", 1)))) == outcome::ok)
      ++number;
    CHECK(outcome == outcome::idempotency_store_full);
    return number - first;
  };
  const auto count = fill(0);
  CHECK(count > 1000);
  CHECK(live_bytes() - before - empty <= 2 * mebibyte);
  CHECK(at.apply(operation::add, "hits") == outcome::ok);
  CHECK(at.apply(keyed(key(0), add("hits", 1))) == outcome::ok);  // remembered
  // A request that is refused needs no memory afterwards.
  at.now += 60s;
  at.table.expire(at.now, 1'000'000);
  for (int i = 0; i < 3 * count; ++i)
    REQUIRE(at.apply(keyed(key(i), erase("none"))) == outcome::not_found);
  CHECK(fill(count) == count);
}
