#include "counter/shard/quota.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

using counter::quota;

TEST_CASE("shares on several threads never take more than the limit") {
  // Less than all threads would take, and leases as large as the limit.
  constexpr std::int64_t max = 100;
  quota limit{max, 32};
  std::atomic<std::int64_t> taken = 0, refused = 0, over = 0;
  const auto run = [&](std::uint32_t seed) {
    quota::share room{limit};
    std::mt19937 random{seed};
    std::int64_t own = 0;
    for (int i = 0; i < 200'000; ++i) {
      if (own > 0 && random() % 100 < 45) {
        taken -= 1;  // before the room is given
        room.give();
        --own;
      } else if (room.take()) {
        over += ++taken > max ? 1 : 0;
        ++own;
      } else {
        ++refused;
      }
    }
    taken -= own;
    room.give(own);
  };
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < 4; ++i)
    threads.emplace_back(run, i);
  for (auto& thread : threads)
    thread.join();
  CHECK(over == 0);
  CHECK(refused > 0);
  CHECK(limit.used() == 0);
}

TEST_CASE("shares on several threads are never refused while there is room") {
  // Together the threads take all there is, and leases of 7 add up to more.
  constexpr std::int64_t each = 25, threads_count = 4;
  quota limit{each * threads_count, 7};
  std::barrier together{threads_count};
  std::atomic<int> refused = 0;
  const auto run = [&] {
    quota::share room{limit};
    for (int round = 0; round < 1'000; ++round) {
      for (int i = 0; i < each; ++i)
        refused += room.take() ? 0 : 1;
      together.arrive_and_wait();
      for (int i = 0; i < each; ++i)
        room.give();
      together.arrive_and_wait();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_count; ++i)
    threads.emplace_back(run);
  for (auto& thread : threads)
    thread.join();
  CHECK(refused == 0);
  CHECK(limit.used() == 0);
}
