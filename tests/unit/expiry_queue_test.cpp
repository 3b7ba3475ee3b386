#include "counter/shard/expiry_queue.hpp"

#include "tests/unit/allocations.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

using counter::expiry_queue;
using counter::time_point;

namespace {

constexpr time_point at(std::int64_t milliseconds) {
  return time_point{std::chrono::milliseconds{milliseconds}};
}

}  // namespace

TEST_CASE("expiry_queue::due() of an empty queue returns nullopt") {
  const expiry_queue queue;
  CHECK_FALSE(queue.due(time_point::max()));
}

TEST_CASE("expiry_queue::due() returns a record from its millisecond on, until clear()") {
  expiry_queue queue;
  queue.set(7, at(1'000));
  CHECK(queue.at(7) == at(1'000));
  CHECK_FALSE(queue.due(at(999)));
  CHECK(queue.due(at(1'000)) == 7);
  CHECK(queue.due(at(1'001)) == 7);
  CHECK(queue.due(at(1'001)) == 7);  // until it is cleared
  queue.clear(7);
  CHECK_FALSE(queue.due(time_point::max()));
}

TEST_CASE("expiry_queue::set() again replaces the expiry, later or sooner") {
  expiry_queue queue;
  queue.set(7, at(1'000));
  queue.set(7, at(2'000));
  CHECK(queue.at(7) == at(2'000));
  CHECK_FALSE(queue.due(at(1'999)));
  queue.set(7, at(500));
  queue.set(7, at(500));
  CHECK(queue.due(at(500)) == 7);
  queue.clear(7);
  CHECK_FALSE(queue.due(time_point::max()));
}

TEST_CASE("expiry_queue::due() returns records in order of expiry, each once") {
  expiry_queue queue;
  queue.set(1, at(30));
  queue.set(2, at(10));
  queue.set(3, at(20));
  queue.set(4, at(10));
  std::vector<std::pair<std::int64_t, expiry_queue::handle>> order;
  while (const auto due = queue.due(at(30))) {
    order.emplace_back(queue.at(*due).time_since_epoch().count(), *due);
    queue.clear(*due);
  }
  CHECK(order == decltype(order){{10, 2}, {10, 4}, {20, 3}, {30, 1}});
}

TEST_CASE("expiry_queue::clear() removes one record, and ignores a record without expiry") {
  expiry_queue queue;
  queue.clear(1);
  queue.set(1, at(10));
  queue.set(2, at(10));
  queue.clear(3);
  queue.clear(1);
  queue.clear(1);
  CHECK(queue.due(at(10)) == 2);
  CHECK(queue.at(2) == at(10));
}

TEST_CASE("an expiry_queue holds the first and the last time_point") {
  expiry_queue queue;
  queue.set(1, time_point::max());
  CHECK_FALSE(queue.due(time_point::max() - std::chrono::milliseconds{1}));
  CHECK(queue.due(time_point::max()) == 1);
  queue.set(2, time_point::min());
  CHECK(queue.due(time_point::min()) == 2);
}

TEST_CASE("an expiry_queue returns records in order after many calls of set() and clear()") {
  std::mt19937 random{1};
  expiry_queue queue;
  std::map<expiry_queue::handle, time_point> set;
  for (int i = 0; i < 20'000; ++i) {
    const auto record = static_cast<expiry_queue::handle>(random() % 500);
    if (random() % 3 == 0) {
      queue.clear(record);
      set.erase(record);
    } else {
      const auto expiry = at(static_cast<std::int64_t>(random() % 1'000));
      queue.set(record, expiry);
      set[record] = expiry;
    }
  }
  auto last = time_point::min();
  while (const auto due = queue.due(time_point::max())) {
    REQUIRE(set.contains(*due));
    REQUIRE(queue.at(*due) == set[*due]);
    REQUIRE(last <= set[*due]);
    last = set[*due];
    queue.clear(*due);
    set.erase(*due);
  }
  CHECK(set.empty());
}

TEST_CASE("an expiry_queue frees the memory of the expiries that were cleared") {
  constexpr expiry_queue::handle many = 100'000, few = 1'000;
  expiry_queue queue;
  const auto before = unit::allocations::now().live_bytes;
  // Handles as they are if all names have the same size: a power of two apart.
  for (expiry_queue::handle i = 0; i < many; ++i)
    queue.set(i * 32, at(i));
  const auto full = unit::allocations::now().live_bytes - before;
  for (expiry_queue::handle i = few; i < many; ++i)
    queue.clear(i * 32);
  CHECK(unit::allocations::now().live_bytes - before < full / 20);
  for (expiry_queue::handle i = 0; i < few; ++i) {
    REQUIRE(queue.at(i * 32) == at(i));
    REQUIRE(queue.due(time_point::max()) == i * 32);
    queue.clear(i * 32);
  }
  CHECK_FALSE(queue.due(time_point::max()));
}
