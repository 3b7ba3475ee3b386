#include "actors/actor_store.hpp"
#include "tests/actors/loop_parts.hpp"
#include "tests/actors/memory_connection.hpp"
#include "tests/unit/allocations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

/// A server without sockets, on one loop.
struct fixture {
  fixture(unsigned shards, int connection_count) : store(shards, limits) {
    for (int i = 0; i < connection_count; ++i)
      connections.emplace_back(new memory_connection{limits, store_client, date});
  }

  /// Sends `requests` on every connection and waits for the responses.
  void pass(const std::string& requests) {
    {
      const counter::store_client::pass pass{store_client};
      for (auto& connection : connections)
        connection->ask(requests);
    }
    parts.run_posted();
  }

  std::size_t answers() const {
    std::size_t all = 0;
    for (const auto& connection : connections)
      all += connection->answers();
    return all;
  }

  const counter::limits limits;
  actors::actor_store store;
  loop_parts parts;
  const http::date date{parts.clock.second()};
  counter::store_client store_client{parts.loop, store};
  std::vector<boost::intrusive_ptr<memory_connection>> connections;
};

std::string request(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: test\r\n\r\n";
}

}  // namespace

TEST_CASE("a request allocates nothing, and a batch only CAF's message") {
  for (const unsigned shards : {1u, 4u}) {
    CAPTURE(shards);
    fixture f{shards, 64};
    std::string requests;
    for (int i = 0; i < 8; ++i) {
      const auto name = "a name of many letters, number " + std::to_string(i);
      for (const std::string path : {"/inc?name=", "/get?name=", "/set?val=5&name="}) {
        auto target = path + name;
        for (std::size_t space; (space = target.find(' ')) != target.npos;)
          target.replace(space, 1, "%20");
        requests += request(target);
      }
    }
    for (int warm_up = 0; warm_up < 10; ++warm_up)
      f.pass(requests);
    const auto before = unit::allocations::now().calls;
    const auto answers_before = f.answers();
    constexpr std::size_t passes = 100, requests_in_a_pass = 64 * 8 * 3;
    for (std::size_t i = 0; i < passes; ++i)
      f.pass(requests);
    CHECK(f.answers() - answers_before == passes * requests_in_a_pass);
    const auto calls = unit::allocations::now().calls - before;
    // A pass has more commands than a batch holds, so each shard gets one or two.
    CHECK(calls <= passes * shards * 2);
  }
}
