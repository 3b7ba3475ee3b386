#include "counter/shard/expiry_queue.hpp"

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

constexpr time_point at(std::int64_t when) {
  return time_point{std::chrono::milliseconds{when}};
}

}  // namespace

TEST_CASE("nothing is due where nothing expires") {
  const expiry_queue queue;
  CHECK_FALSE(queue.due(time_point::max()));
}

TEST_CASE("a record is due at its millisecond and not before") {
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

TEST_CASE("an expiry that is set again replaces the one before, later or sooner") {
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

TEST_CASE("what expires first is due first, and those of one moment each once") {
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

TEST_CASE("to clear one leaves the others, and to clear what was never set does nothing") {
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

TEST_CASE("the ends of time can be told") {
  expiry_queue queue;
  queue.set(1, time_point::max());
  CHECK_FALSE(queue.due(time_point::max() - std::chrono::milliseconds{1}));
  CHECK(queue.due(time_point::max()) == 1);
  queue.set(2, time_point::min());
  CHECK(queue.due(time_point::min()) == 2);
}

TEST_CASE("many that are set and cleared come out in order") {
  std::mt19937 random{1};
  expiry_queue queue;
  std::map<expiry_queue::handle, time_point> set;
  for (int i = 0; i < 20'000; ++i) {
    const auto which = static_cast<expiry_queue::handle>(random() % 500);
    if (random() % 3 == 0) {
      queue.clear(which);
      set.erase(which);
    } else {
      const auto when = at(static_cast<std::int64_t>(random() % 1'000));
      queue.set(which, when);
      set[which] = when;
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
