// table::settings::counter_bytes: what counters leave behind serves every later name.

#include "tests/unit/bounded_table.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

using namespace unit;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t lengths[] = {6, 20, 64, 256};
constexpr std::uint64_t memory_bytes = 4 * mebibyte;

/// How many counters a new table holds, by the length of their names.
const std::map<std::size_t, std::size_t>& fresh_counts() {
  static const auto counts = [] {
    std::map<std::size_t, std::size_t> made;
    for (const auto length : lengths) {
      counter::quota memory{memory_bytes};
      bounded_table at{memory};
      made[length] = at.fill(length);
    }
    return made;
  }();
  return counts;
}

/// Deletes the counters that fill() created, except one in `kept_of`; 0: every one.
void erase_all(bounded_table& at, std::size_t count, std::size_t length, std::size_t kept_of = 0) {
  for (std::size_t i = 0; i < count; ++i)
    if (kept_of == 0 || i % kept_of != 0)
      REQUIRE(at.apply(erase(bounded_table::name(i, length))) == outcome::ok);
}

}  // namespace

TEST_CASE("a table whose counters are all deleted holds as many with any other names") {
  for (const auto first : lengths) {
    CAPTURE(first);
    counter::quota memory{memory_bytes};
    const auto before = live_bytes();
    bounded_table at{memory};
    erase_all(at, at.fill(first), first);
    for (const auto second : lengths) {
      CAPTURE(second);
      const auto count = at.fill(second);
      CHECK(count >= fresh_counts().at(second));
      CHECK(live_bytes() - before <= static_cast<std::int64_t>(memory_bytes) + mebibyte / 4);
      erase_all(at, count, second);
    }
  }
}

TEST_CASE("a table whose counters have all expired holds as many with any other names") {
  for (const auto first : lengths)
    for (const auto second : lengths) {
      CAPTURE(first);
      CAPTURE(second);
      counter::quota memory{memory_bytes};
      bounded_table at{memory};
      at.fill(first, 10s);
      at.now += 10s;
      REQUIRE(at.table.expire(at.now, 1'000'000));
      CHECK(at.fill(second) >= fresh_counts().at(second));
    }
}

TEST_CASE("a counter left in every chunk does not keep its memory from longer names") {
  constexpr std::size_t kept_of = 500;
  for (const auto first : lengths)
    for (const auto second : lengths) {
      if (second < first)
        continue;
      CAPTURE(first);
      CAPTURE(second);
      counter::quota memory{memory_bytes};
      bounded_table at{memory};
      const auto count = at.fill(first);
      erase_all(at, count, first, kept_of);
      CHECK(at.table.size() == (count + kept_of - 1) / kept_of);
      at.fill(second);
      CHECK(at.table.size() > fresh_counts().at(second) * 9 / 10);
    }
}

TEST_CASE("a new counter takes the memory of several expired ones with shorter names") {
  counter::quota memory{memory_bytes};
  bounded_table at{memory};
  at.fill(6, 10s);
  at.now += 10s;
  for (std::size_t i = 0; i < 2'000; ++i)
    REQUIRE(at.apply(set(bounded_table::name(i, 256), 1)) == outcome::ok);
}

TEST_CASE("a table gives the memory of deleted counters to other tables") {
  counter::quota memory{memory_bytes};
  bounded_table left{memory}, right{memory};
  const auto count = left.fill(20, 3600s);
  CHECK(right.fill(64) == 0);
  list_all(left);
  erase_all(left, count, 20);
  // The left table holds a chunk in reserve.
  CHECK(right.fill(64) > fresh_counts().at(64) * 9 / 10);
}

TEST_CASE("a table whose counters are all deleted frees what they took") {
  counter::quota memory{16 * mebibyte};
  const auto before = live_bytes();
  bounded_table at{memory};
  const auto empty = live_bytes();
  const auto count = at.fill(20, 3600s);
  list_all(at);
  CHECK(live_bytes() - before > 6 * mebibyte);
  erase_all(at, count, 20);
  CHECK(live_bytes() - empty < mebibyte / 2);
}

TEST_CASE("a table whose counters become fewer takes no more than the memory they reserve") {
  counter::quota memory{16 * mebibyte};
  bounded_table at{memory};
  const auto empty = live_bytes();
  const auto count = at.fill(6, 3600s);
  list_all(at);
  for (std::size_t i = 0; i < count; ++i) {
    REQUIRE(at.apply(erase(bounded_table::name(i, 6))) == outcome::ok);
    if (i % 1'000 == 0) {
      CAPTURE(i);
      counter::quota::share rest{memory};
      std::int64_t left = 0;
      while (rest.take(4096))
        left += 4096;
      REQUIRE(live_bytes() - empty <= 16 * mebibyte - left + mebibyte / 4);
      rest.give(left);
    }
  }
}
