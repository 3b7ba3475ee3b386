#include "http/net/task_queue.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace std::chrono_literals;

TEST_CASE("task_queue::run() leaves tasks that a task posts for the next run") {
  http::task_queue tasks;
  int runs = 0;
  tasks.post([&] {
    ++runs;
    tasks.post([&] { ++runs; });
  });
  CHECK(tasks.run() == 1);
  CHECK(runs == 1);
  CHECK(tasks.run() == 1);
  CHECK(tasks.run() == 0);
  CHECK(runs == 2);
}

TEST_CASE("task_queue::begin_wait() returns false while there are tasks") {
  http::task_queue tasks;
  CHECK(tasks.begin_wait());
  tasks.end_wait();
  tasks.post([] {});
  CHECK_FALSE(tasks.begin_wait());
  tasks.run();
  CHECK(tasks.begin_wait());
}

TEST_CASE("task_queue::post() from another thread ends the wait of the loop, every time") {
  http::ready_set ready;
  http::task_queue tasks;
  REQUIRE(ready.watch(tasks.descriptor(), tasks));
  ready.wait(0s);  // takes the event of the registration
  int runs = 0;
  for (int i = 0; i < 100; ++i) {
    const auto began = http::steady_clock::now();
    REQUIRE(tasks.begin_wait());
    std::thread other{[&] { tasks.post([&] { ++runs; }); }};
    ready.wait(60s);
    tasks.end_wait();
    other.join();
    REQUIRE(http::steady_clock::now() - began < 30s);
    REQUIRE(tasks.run() == 1);
  }
  CHECK(runs == 100);
}

TEST_CASE("a task_queue loses no task that many threads post while the loop waits") {
  http::ready_set ready;
  http::task_queue tasks;
  REQUIRE(ready.watch(tasks.descriptor(), tasks));
  constexpr int posts = 5000, posters = 3;
  std::vector<std::thread> others;
  int runs = 0;
  for (int i = 0; i < posters; ++i)
    others.emplace_back([&] {
      for (int j = 0; j < posts; ++j)
        tasks.post([&] { ++runs; });
    });
  const auto end = http::steady_clock::now() + 60s;
  while (runs < posts * posters && http::steady_clock::now() < end) {
    ready.wait(tasks.begin_wait() ? 60s : 0s);
    tasks.end_wait();
    tasks.run();
  }
  CHECK(runs == posts * posters);
  for (auto& other : others)
    other.join();
}

TEST_CASE("task_queue::take_over() makes the calling thread the loop's") {
  http::task_queue tasks;
  CHECK(tasks.is_here());
  std::thread{[&] {
    CHECK_FALSE(tasks.is_here());
    tasks.take_over();
    CHECK(tasks.is_here());
  }}.join();
  CHECK_FALSE(tasks.is_here());
}

TEST_CASE("ready_set::wait() returns at once for 0 or less, and rounds up to milliseconds") {
  http::ready_set ready;
  const auto began = http::steady_clock::now();
  ready.wait(-5ms);
  ready.wait(0ms);
  CHECK(http::steady_clock::now() - began < 1s);
  ready.wait(1500us);  // rounded up
  CHECK(http::steady_clock::now() - began >= 1500us);
}
