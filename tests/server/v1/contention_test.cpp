#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <latch>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace support;

namespace {

constexpr int clients = 16;
const std::vector<std::string> nothing{};

const std::string x = "/v1/counters/x";

words with_shards(const std::string& shards) {
  return {"--threads", "2", "--shards", shards};
}

void require(bool holds, const std::string& message) {
  if (!holds)
    throw std::runtime_error{message};
}

}  // namespace

TEST_CASE("increments by If-Match from many clients lose no update") {
  constexpr int increments = 30;
  for (const std::string shards : {"1", "4"}) {
    server_process server{with_shards(shards)};
    std::atomic<int> conflicts = 0;
    std::latch start{clients};
    const auto failures = run_together(clients, [&](int) {
      client connection{server.port()};
      start.arrive_and_wait();
      for (int left = increments; left > 0;) {
        const auto now = connection.ask(get_request(x));
        const bool exists = now.status == 200;
        const auto value = exists ? integer_at(object_of(now), "value") : 0;
        const auto condition =
            exists ? "If-Match: " + now.field("ETag") : std::string{"If-None-Match: *"};
        const auto response = connection.ask(
            request("PUT", x + "?value=" + std::to_string(value + 1), condition + "\r\n"));
        require(response.status == 412 || response.status == (exists ? 200 : 201), response.body);
        left -= response.status == 412 ? 0 : 1;
        conflicts += response.status == 412 ? 1 : 0;
      }
    });
    CHECK(failures == nothing);
    client connection{server.port()};
    CHECK(value_of(connection, "x") == clients * increments);
    CHECK(conflicts.load() > 0);  // otherwise there was no contention
  }
}

TEST_CASE("many clients that decrement to min get exactly the stock") {
  constexpr std::int64_t stock = 2'000;
  for (const std::string shards : {"1", "4"})
    for (const std::string on_limit : {"reject", "clamp"}) {
      server_process server{with_shards(shards)};
      REQUIRE(
          client{server.port()}.ask(request("PUT", x + "?value=" + std::to_string(stock))).status ==
          201);
      std::array<std::int64_t, clients> taken{};
      std::latch start{clients};
      const auto failures = run_together(clients, [&](int index) {
        client connection{server.port()};
        const auto amount = 1 + index % 3;
        const auto take = request(
            "POST", x + "?min=0&on_limit=" + on_limit + "&delta=-" + std::to_string(amount));
        auto& mine = taken.at(static_cast<std::size_t>(index));
        start.arrive_and_wait();
        for (bool is_over = false; !is_over;) {
          const auto response = connection.ask(take);
          const auto about = object_of(response);
          require(integer_at(about, "value") >= 0, "it went below: " + response.body);
          if (response.status == 409) {
            require(integer_at(about, "value") < amount, "it was enough: " + response.body);
            is_over = true;
          } else {
            require(response.status == 200, response.body);
            const auto applied = -integer_at(about, "applied");
            require(applied == amount || on_limit == "clamp", "not all: " + response.body);
            mine += applied;
            is_over = applied == 0;
          }
        }
      });
      CHECK(failures == nothing);
      std::int64_t sum = 0;
      for (const auto one : taken)
        sum += one;
      client connection{server.port()};
      const auto left = value_of(connection, "x");
      CHECK(sum + left == stock);
      CHECK(left == 0);  // one client takes single units
    }
}

TEST_CASE("one request with a key sent by many clients is applied once, and all get its response") {
  constexpr int rounds = 60;
  for (const std::string shards : {"1", "4"}) {
    server_process server{with_shards(shards)};
    std::array<std::vector<answer>, clients> response;
    std::vector<std::latch*> starts;
    std::deque<std::latch> storage;
    for (int round = 0; round < rounds; ++round)
      starts.push_back(&storage.emplace_back(clients));
    const auto failures = run_together(clients, [&](int index) {
      client connection{server.port()};
      auto& mine = response.at(static_cast<std::size_t>(index));
      for (int round = 0; round < rounds; ++round) {
        const auto add = request("POST", x + "?delta=3", key_field("k" + std::to_string(round)));
        starts[static_cast<std::size_t>(round)]->arrive_and_wait();
        mine.push_back(connection.ask(add));
      }
    });
    REQUIRE(failures == nothing);
    for (std::size_t round = 0; round < rounds; ++round) {
      int applied = 0;
      std::set<std::string> bodies, tags, locations;
      for (const auto& one : response) {
        CHECK(one[round].status == (round == 0 ? 201 : 200));
        applied += one[round].has("Idempotency-Replayed") ? 0 : 1;
        bodies.insert(one[round].body);
        tags.insert(one[round].field("ETag"));
        locations.insert(one[round].field("Location"));
      }
      CHECK(applied == 1);
      CHECK(bodies.size() == 1);
      CHECK(tags.size() == 1);
      CHECK(locations.size() == 1);
    }
    client connection{server.port()};
    CHECK(value_of(connection, "x") == rounds * 3);
  }
}

TEST_CASE("pipelined additions of many clients all count, each with a value of its own") {
  constexpr int each = 500;
  for (const std::string shards : {"1", "4"}) {
    server_process server{with_shards(shards)};
    std::array<std::vector<std::int64_t>, clients> seen;
    const auto failures = run_together(clients, [&](int index) {
      client connection{server.port()};
      auto& mine = seen.at(static_cast<std::size_t>(index));
      std::string some;
      for (int i = 0; i < 50; ++i)
        some += request("POST", x);
      for (int sent = 0; sent < each; sent += 50) {
        connection.send(some);
        for (int i = 0; i < 50; ++i)
          mine.push_back(integer_at(object_of(connection.read_answer()), "value"));
      }
    });
    CHECK(failures == nothing);
    std::vector<std::int64_t> all;
    for (const auto& one : seen) {
      CHECK(std::is_sorted(one.begin(), one.end()));
      all.insert(all.end(), one.begin(), one.end());
    }
    std::sort(all.begin(), all.end());
    REQUIRE(all.size() == clients * each);
    bool is_each_once = true;
    for (std::size_t i = 0; i < all.size(); ++i)
      is_each_once = is_each_once && all[i] == static_cast<std::int64_t>(i) + 1;
    CHECK(is_each_once);
  }
}
