#include "tests/unit/stream_scene.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace unit;

TEST_CASE("a stream is told the state, and each change, by a read of its own") {
  stream_scene at{0ms};
  at.change("x", 1);
  follower stream{at, {"x"}};
  CHECK(at.settle() == 1);
  CHECK(stream.knows(1));
  for (int i = 2; i < 5; ++i) {
    at.change("x", i);
    CHECK(at.settle() == 1);
    CHECK(stream.knows(i));
    CHECK(stream.events() == i);
  }
  // A hint that was none.
  at.watch.report(at.store.placement().of("x").hash);
  CHECK(at.settle() == 1);
  CHECK(stream.events() == 4);
  at.change("y", 1);
  CHECK(at.settle() == 0);
}

TEST_CASE("the interval is kept for those who wait, and not for those who come") {
  stream_scene at{1h};
  at.change("x", 1);
  follower first{at, {"x"}};
  at.settle();
  at.change("x", 2);
  CHECK(at.settle() == 0);
  REQUIRE(at.loop.timers.size() == 1);
  CHECK(at.loop.timers[0].first > 59min);
  for (int i = 0; i < 3; ++i) {
    at.change("x", 3 + i);
    follower next{at, {"x"}};
    CHECK(at.settle() == 1);
    CHECK(next.knows(3 + i));
  }
  CHECK(first.events() == 1);
  CHECK(first.knows(1));
}

TEST_CASE("what takes long to tell is told less often") {
  stream_scene at{0ms};
  at.change("x", 1);
  follower stream{at, {"x"}};
  at.settle();
  stream.takes = 400ms;
  at.change("x", 2);
  at.settle();
  CHECK(stream.knows(2));
  at.change("x", 3);
  // It is due five times as long after it was told, and would have been at once otherwise.
  CHECK(at.settle() == 0);
  REQUIRE(at.loop.timers.size() == 1);
  CHECK(at.loop.timers[0].first > 500ms);
  CHECK(stream.knows(2));
}

TEST_CASE("a stream that comes while its counter is read is told a later state") {
  stream_scene at{0ms};
  at.change("x", 1);
  follower first{at, {"x"}};
  at.loop.run_tasks();
  at.store.reply();  // has been carried out, and not come home
  at.change("x", 2);
  follower second{at, {"x"}};
  at.settle();
  CHECK(second.knows(2));
  CHECK(second.events() == 1);
  CHECK(first.knows(2));
}

TEST_CASE("a stream that is not read is told the latest state when it is") {
  stream_scene at{0ms};
  at.change("x", 1);
  follower stream{at, {"x", "y"}};
  at.settle();
  CHECK(stream.events() == 2);  // y is gone
  stream.reads = false;
  for (int i = 2; i < 100; ++i) {
    at.change("x", i);
    at.settle();
  }
  stream.read();
  CHECK(stream.events() == 3);
  CHECK(stream.knows(99));
}

TEST_CASE("a read that fails is tried again, and tells nothing") {
  stream_scene at{0ms};
  at.store.refusal = counter::outcome::unavailable;
  follower stream{at, {"x"}};
  CHECK(at.settle() == 1);
  CHECK(stream.events() == 0);
  REQUIRE(at.loop.timers.size() == 1);
  CHECK(at.loop.timers[0].first <= counter::limits::watched_read_pause);
  CHECK(at.loop.timers[0].first > 500ms);
  // A stream that comes meanwhile does not wait for that.
  at.store.refusal = counter::outcome::ok;
  at.change("x", 5);
  follower second{at, {"x"}};
  at.settle();
  CHECK(second.knows(5));
  CHECK(stream.knows(5));
}

TEST_CASE("what nobody watches is forgotten") {
  stream_scene at{0ms};
  {
    follower stream{at, {"x", "y"}};
    CHECK(at.watch.is_armed());
    at.settle();
    CHECK(at.budget.streams() == 1);
    CHECK(at.budget.watched() == 2);
    follower another{at, {"y"}};  // goes while its read is under way
  }
  at.settle();
  CHECK_FALSE(at.watch.is_armed());
  CHECK(at.budget.streams() == 0);
  CHECK(at.budget.watched() == 0);
  at.change("x", 1);
  CHECK(at.settle() == 0);
}

TEST_CASE("what is watched anew while a change of it is on its way is told once") {
  stream_scene at{0ms};
  at.change("x", 1);
  auto first = std::make_unique<follower>(at, std::vector<std::string>{"x"});
  at.settle();
  at.change("x", 2);  // the hub has not taken it
  first.reset();
  const follower second{at, {"x"}};
  at.settle();
  CHECK(second.knows(2));
  at.change("x", 3);
  CHECK(at.settle() == 1);
  CHECK(second.knows(3));
}

TEST_CASE("a counter that was made and deleted between two events is gone once") {
  stream_scene at{0ms};
  follower stream{at, {"x"}};
  at.settle();
  CHECK(stream.told == "event: gone\ndata: {\"name\":\"x\"}\n\n");
  stream.reads = false;
  at.change("x", 1);
  at.settle();
  at.remove("x");
  at.settle();
  stream.read();
  CHECK(stream.events() == 1);
  stream.reads = true;
  at.change("x", 2);
  at.settle();
  CHECK(stream.knows(2));
}

TEST_CASE("a hub that has stopped has nothing to do any more, whatever was due") {
  stream_scene at{0ms};
  at.store.refusal = counter::outcome::unavailable;
  const follower stream{at, {"x", "y"}};
  at.settle();
  REQUIRE(at.loop.timers.size() == 1);
  at.streams.stop();
  std::this_thread::sleep_for(at.loop.timers[0].first + 1ms);
  at.loop.timers[0].second();
  CHECK(at.store.reply() == 0);
}

TEST_CASE("many streams are told in steps, between which the loop has its turn") {
  stream_scene at{0ms};
  std::vector<std::unique_ptr<follower>> streams;
  for (std::size_t i = 0; i < 2 * counter::limits::streams_told_max; ++i)
    streams.push_back(std::make_unique<follower>(at, std::vector<std::string>{"x"}));
  at.settle();
  at.change("x", 1);
  at.loop.run_tasks();
  at.loop.run_timers(10s);  // it is not read before a multiple of the time that telling took
  at.store.reply();
  { const counter::store_client::pass pass{at.client}; }
  const auto told = [&] {
    return std::count_if(streams.begin(), streams.end(), [](auto& each) { return each->knows(1); });
  };
  CHECK(told() == counter::limits::streams_told_max);
  streams.erase(streams.begin(), streams.begin() + 10);
  streams.resize(streams.size() - 10);  // of those that are still to be told
  at.settle();
  CHECK(told() == static_cast<std::ptrdiff_t>(streams.size()));
}

TEST_CASE("a budget gets back what was taken") {
  http::live::stream_budget budget{2, 10};
  auto most = http::live::stream_room::take(budget, 9);
  REQUIRE(most);
  CHECK_FALSE(http::live::stream_room::take(budget, 2));
  const auto rest = http::live::stream_room::take(budget, 1);
  REQUIRE(rest);
  CHECK_FALSE(http::live::stream_room::take(budget, 0));
  most.reset();
  CHECK(http::live::stream_room::take(budget, 9));
  CHECK(budget.streams() == 1);
  CHECK(budget.watched() == 1);
}
