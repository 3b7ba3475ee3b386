#include "counter/store/retry_delay.hpp"

#include "counter/limits.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>

using counter::limits;
using namespace std::chrono_literals;

TEST_CASE("retry_delay is the wait, rounded up and varied by half, within its bounds") {
  struct {
    std::chrono::nanoseconds wait;
    std::chrono::seconds least, most;
    std::size_t values;
  } const cases[] = {
      {0ns, 1s, 2s, 2},    {-5s, 1s, 2s, 2},    {250ms, 1s, 2s, 2},
      {1s, 1s, 2s, 2},     {1001ms, 2s, 3s, 2}, {10s, 6s, 15s, 10},
      {30s, 11s, 30s, 20}, {1h, 11s, 30s, 20},  {std::chrono::nanoseconds::max(), 11s, 30s, 20},
  };
  counter::retry_delay delay{12345};
  for (const auto& [wait, least, most, values] : cases) {
    CAPTURE(wait.count());
    std::map<std::chrono::seconds, int> seen;
    for (int i = 0; i < 10'000; ++i)
      ++seen[delay(wait)];
    CHECK(seen.begin()->first == least);
    CHECK(seen.rbegin()->first == most);
    CHECK(least >= limits::retry_after_min);
    CHECK(most <= limits::retry_after_max);
    CHECK(seen.size() == values);
    // Spread evenly.
    for (const auto& [value, times] : seen)
      CHECK(times > 10'000 / static_cast<int>(2 * values));
  }
}

TEST_CASE("retry_delay differs from loop to loop") {
  counter::retry_delay one{1}, other{2};
  int same = 0;
  for (int i = 0; i < 100; ++i)
    same += one(30s) == other(30s) ? 1 : 0;
  CHECK(same < 90);
}
