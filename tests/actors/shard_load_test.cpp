#include "actors/shard_load.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

using actors::shard_load;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST_CASE("shard_load::take() refuses operations above the maximum until others are released") {
  shard_load load{10};
  CHECK(load.take(10));
  CHECK_FALSE(load.take(1));
  CHECK(load.operations() == 10);
  load.release(4);
  CHECK(load.take(4));
}

TEST_CASE("shard_load::wait_for() returns when the operations are there or the time is over") {
  shard_load load{1'000'000};
  load.take(1);
  const auto begin = steady_clock::now();
  CHECK_FALSE(load.wait_for(2, milliseconds{5}));
  CHECK(steady_clock::now() - begin >= milliseconds{5});
  CHECK(load.wait_for(1, milliseconds{60'000}));

  std::thread peer{[&] {
    for (int i = 0; i < 3; ++i) {
      std::this_thread::sleep_for(milliseconds{1});
      load.take(1);
      load.announce();
    }
  }};
  CHECK(load.wait_for(4, milliseconds{60'000}));
  CHECK(load.operations() == 4);
  peer.join();
}

TEST_CASE("shard_load::wait_for() that times out during announce() leaves no wake-up behind") {
  shard_load load{100'000'000};
  std::atomic<bool> is_over = false;
  std::thread peer{[&] {
    while (!is_over) {
      load.take(1);
      load.announce();
    }
  }};
  for (int i = 0; i < 2'000; ++i)
    load.wait_for(load.operations() + 40, std::chrono::microseconds{i % 50});
  is_over = true;
  peer.join();
  // A wake-up that is left behind would end this wait at once.
  const auto begin = steady_clock::now();
  CHECK_FALSE(load.wait_for(load.operations() + 1, milliseconds{20}));
  CHECK(steady_clock::now() - begin >= milliseconds{20});
}
