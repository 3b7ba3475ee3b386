#include "counter/shard/quota.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <random>
#include <vector>

using counter::quota;
using share = counter::quota::share;

TEST_CASE("share::take() returns false at the limit, also at 0, and true with the largest one") {
  quota none{0}, one{1}, all{UINT64_MAX};
  CHECK_FALSE(share{none}.take());
  share room{one};
  CHECK(room.take());
  CHECK_FALSE(room.take());
  CHECK_FALSE(room.take());
  room.give();
  CHECK(room.take());
  CHECK(share{all}.take());
}

TEST_CASE("a share takes and gives without the pool, except once in a lease") {
  quota limit{100'000, 256};
  share room{limit}, other{limit};
  REQUIRE(room.take());
  const auto pool = limit.pool();
  for (int i = 0; i < 256; ++i) {
    REQUIRE(room.take());
    REQUIRE(limit.pool() == pool);
  }
  for (int round = 0; round < 1'000; ++round) {
    room.give(2);
    REQUIRE(room.take());
    REQUIRE(room.take());
    REQUIRE(limit.pool() == pool);
  }
  REQUIRE(room.take());
  CHECK(limit.pool() == pool - 257);
}

TEST_CASE("share::give() returns to the pool what is much more than a lease") {
  quota limit{100'000, 256};
  share room{limit};
  for (int i = 0; i < 10'000; ++i)
    REQUIRE(room.take());
  for (int i = 0; i < 10'000; ++i)
    room.give();
  CHECK(limit.used() == 0);
  CHECK(limit.pool() >= 100'000 - 2 * 256);
}

TEST_CASE("share::take() takes what other shares have leased, to the last one") {
  quota limit{10'000, 256};
  std::deque<share> shares;
  for (int i = 0; i < 8; ++i)
    shares.emplace_back(limit);
  std::uint64_t taken = 0;
  for (auto& each : shares)
    taken += each.take() ? 1 : 0;
  while (shares[3].take())
    ++taken;
  CHECK(taken == 10'000);
  CHECK(limit.used() == 10'000);
  shares[5].give();
  CHECK_FALSE(shares[3].take(2));
  CHECK(shares[3].take());
  CHECK_FALSE(shares[5].take());
}

TEST_CASE("a share that ends gives back what it leased, and not what it took") {
  quota limit{100, 10};
  {
    share room{limit};
    REQUIRE(room.take(5));
  }
  CHECK(limit.used() == 5);
  CHECK(limit.pool() == 95);
}

TEST_CASE("quota::adjust() beyond the limit makes every take() fail until there is room again") {
  quota limit{100, 10};
  share left{limit}, right{limit};
  REQUIRE(left.take());
  REQUIRE(right.take());
  limit.adjust(103);
  CHECK(limit.used() == 105);
  CHECK_FALSE(left.take());
  CHECK_FALSE(right.take());
  left.give();
  limit.adjust(-4);
  CHECK(limit.used() == 100);
  CHECK_FALSE(left.take());
  limit.adjust(-1);
  CHECK(right.take());
  CHECK_FALSE(left.take());
}

TEST_CASE("shares take as a counter does, whatever they take, give and adjust") {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    const auto below = [&](std::uint32_t count) {
      return static_cast<std::int64_t>(random() % count);
    };
    const auto max = below(200);
    quota limit{static_cast<std::uint64_t>(max), 1 + below(20)};
    std::deque<share> shares;
    for (auto count = 1 + below(4); count > 0; --count)
      shares.emplace_back(limit);
    std::vector<std::int64_t> taken;
    std::int64_t used = 0;
    for (int step = 0; step < 1'000; ++step) {
      auto& chosen = shares[static_cast<std::size_t>(below(4)) % shares.size()];
      const auto count = 1 + below(3);
      switch (below(8)) {
        case 0: {
          const auto more = below(20) - 10;
          limit.adjust(more);
          used += more;
          break;
        }
        case 1:
        case 2:
        case 3:
          if (!taken.empty()) {
            chosen.give(taken.back());
            used -= taken.back();
            taken.pop_back();
          }
          break;
        default:
          REQUIRE(chosen.take(count) == (used + count <= max));
          if (used + count <= max) {
            used += count;
            taken.push_back(count);
          }
      }
      REQUIRE(limit.used() == static_cast<std::uint64_t>(used));
    }
  }
}
