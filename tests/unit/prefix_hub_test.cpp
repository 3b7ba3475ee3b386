#include "tests/unit/stream_scene.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace unit;

namespace {

http::v1::stream_parameters prefix(std::string text) {
  return {.prefix = std::move(text)};
}

const std::string ready = "event: ready\ndata: {\"prefix\":\"p/\",\"has_more\":false}\n\n";

}  // namespace

TEST_CASE("a stream of a prefix begins with states and `ready`, and goes on with changes") {
  stream_scene at{0ms};
  at.change("p/b", 1);
  at.change("p/a", 2);
  at.change("q", 3);
  follower stream{at, prefix("p/")};
  CHECK(at.settle() == 1);
  CHECK(stream.told ==
        "id: 2\ndata: {\"name\":\"p/a\",\"value\":2,\"version\":2,\"expires_at\":null}\n\n"
        "id: 1\ndata: {\"name\":\"p/b\",\"value\":1,\"version\":1,\"expires_at\":null}\n\n" +
            ready);
  at.change("p/c", 4);
  at.change("q", 5);
  CHECK(at.settle() == 1);
  CHECK(stream.knows(4));
  CHECK(stream.events() == 4);
  at.remove("p/c");
  at.settle();
  CHECK(stream.told.ends_with("event: gone\ndata: {\"name\":\"p/c\"}\n\n"));
  // A hint that was none.
  at.report("p/a");
  CHECK(at.settle() == 1);
  CHECK(stream.events() == 5);
}

TEST_CASE("changes are told once an interval, the latest of each counter") {
  stream_scene at{1h};
  follower stream{at, prefix("p/")};
  at.settle();
  CHECK(stream.told == ready);
  at.change("p/a", 1);
  CHECK(at.settle() == 0);
  REQUIRE(at.loop.timers.size() == 1);
  CHECK(at.loop.timers[0].first > 59min);
  // Who comes meanwhile begins with what is true then.
  at.change("p/a", 2);
  follower other{at, prefix("p/")};
  CHECK(at.settle() == 1);
  CHECK(other.events() == 2);
  CHECK(other.told.find("\"value\":2,") != std::string::npos);
  // And tells the others.
  CHECK(stream.knows(2));
}

TEST_CASE("a stream of a prefix that is not read is told the latest states when it is") {
  stream_scene at{0ms};
  follower stream{at, prefix("")};
  at.settle();
  stream.reads = false;
  stream.told.clear();
  for (int i = 1; i < 100; ++i) {
    at.change("a", i);
    if (i % 10 == 0)
      at.change("b", i);
    at.settle();
  }
  stream.read();
  CHECK(stream.events() == 2);
  CHECK(stream.knows(99));
}

TEST_CASE("a stream that has missed changes begins anew") {
  stream_scene at{0ms};
  follower stream{at, prefix("")}, other{at, prefix("")};
  at.settle();
  stream.reads = false;
  const auto many = static_cast<int>(counter::limits::logged_states_max) + 1;
  for (int i = 0; i < many; ++i) {
    at.change(std::to_string(i), i);
    if (i % 100 == 0)
      at.settle();
  }
  at.settle();
  CHECK(other.events() == 1 + many);
  CHECK(other.count("event: reset") == 0);
  stream.told.clear();
  {
    const counter::store_client::pass pass{at.client};
    stream.read();
  }
  CHECK(stream.told == "event: reset\ndata:\n\n");
  stream.reads = true;
  at.settle_all();
  CHECK(stream.events() == 2 + static_cast<int>(counter::limits::changed_names_max));
  CHECK(stream.told.ends_with("\"has_more\":true}\n\n"));
  at.change("0", 5);
  at.settle();
  CHECK(stream.knows(5));
}

TEST_CASE("more changes than are collected have all streams of the prefix begin anew") {
  stream_scene at{0ms};
  follower stream{at, prefix("p/")}, other{at, prefix("q/")};
  at.settle();
  for (std::size_t i = 0; i <= counter::limits::changed_names_max; ++i)
    at.change("p/" + std::to_string(i), 1);
  at.settle();
  CHECK(stream.told.ends_with("event: reset\ndata:\n\n"));
  at.change("p/0", 2);  // in between
  at.settle_all();
  CHECK(stream.told.ends_with("\"has_more\":true}\n\n"));
  CHECK(stream.told.find("\"name\":\"p/0\",\"value\":2,") != std::string::npos);
  CHECK(other.events() == 1);
}

TEST_CASE("what could not be read is read again, and a list, too") {
  stream_scene at{0ms};
  at.store.refusal = counter::outcome::unavailable;
  follower stream{at, prefix("p/")};
  CHECK(at.settle() == 1);
  CHECK(stream.told.empty());
  at.store.refusal = counter::outcome::ok;
  CHECK(at.settle_all() == 1);
  CHECK(stream.told == ready);
  at.store.refusal = counter::outcome::overloaded;
  at.change("p/a", 1);
  CHECK(at.settle() == 1);
  CHECK(stream.told == ready);
  at.store.refusal = counter::outcome::ok;
  CHECK(at.settle_all() == 1);
  CHECK(stream.knows(1));
}

TEST_CASE("a counter that expires is told to be gone, though nothing changes it") {
  stream_scene at{0ms};
  at.change("p/a", 1);
  at.store.counters["p/a"].expires_at = std::chrono::time_point_cast<counter::time_point::duration>(
                                            std::chrono::system_clock::now()) +
                                        200ms;
  follower stream{at, prefix("p/")};
  CHECK(at.settle() >= 2);  // it waits, and reads once it is over
  CHECK(stream.events() == 2);
  at.store.counters.clear();
  at.settle_all();
  CHECK(stream.told.ends_with("event: gone\ndata: {\"name\":\"p/a\"}\n\n"));
}

TEST_CASE("a store that others change, too, is listed again and again") {
  stream_scene at{0ms, {.is_shared = true}};
  at.change("p/a", 1);
  at.change("p/b", 1);
  follower stream{at, prefix("p/")};
  at.settle();
  at.store.counters.erase("p/a");
  at.store.counters["p/c"] = {.value = 7, .version = 100};
  CHECK(at.settle_all() == 1);
  CHECK(stream.events() == 5);
  CHECK(stream.told.find("event: gone\ndata: {\"name\":\"p/a\"}") != std::string::npos);
  CHECK(stream.told.find("\"name\":\"p/c\",\"value\":7,") != std::string::npos);
}

TEST_CASE("prefixes that nobody follows are forgotten, and leave room for others") {
  stream_scene at{0ms};
  {
    std::vector<std::unique_ptr<follower>> all;
    for (std::size_t i = 0; i < counter::limits::watched_prefixes_max; ++i)
      all.push_back(std::make_unique<follower>(at, prefix(std::to_string(i))));
    CHECK_FALSE(follower{at, prefix("another")}.stream);
    CHECK(follower{at, prefix("1")}.stream);
    at.settle();
    CHECK(at.budget.streams() == all.size());
    CHECK(at.budget.watched() == all.size());
  }
  CHECK_FALSE(at.watch.prefixes().is_armed());
  CHECK(at.budget.streams() == 0);
  follower another{at, prefix("another")};
  REQUIRE(another.stream);
  another.stream.reset();  // while its list is under way
  at.settle();
  CHECK_FALSE(at.watch.prefixes().is_armed());
  at.change("another", 1);
  CHECK(at.settle() == 0);
}

TEST_CASE("many streams of a prefix are told in steps") {
  stream_scene at{0ms};
  std::vector<std::unique_ptr<follower>> streams;
  for (std::size_t i = 0; i < 2 * counter::limits::streams_told_max; ++i)
    streams.push_back(std::make_unique<follower>(at, prefix("")));
  CHECK(at.settle() == 2);  // the first has its own list, the others share one
  at.change("x", 1);
  at.loop.run_tasks();
  at.loop.run_timers();  // telling so many took a while
  CHECK(at.store.reply() == 1);
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

TEST_CASE("a hub of prefixes that has stopped has nothing to do any more, whatever was due") {
  stream_scene at{0ms, {.is_shared = true}};
  const follower stream{at, prefix("")};
  at.settle();
  at.streams.stop();
  CHECK(at.settle_all() == 0);
}
