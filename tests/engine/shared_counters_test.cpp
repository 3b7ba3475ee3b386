#include "tests/engine/support/history.hpp"
#include "tests/engine/support/site.hpp"
#include "tests/engine/support/tally.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace support;

namespace {

constexpr int clients = 16;

void require(bool holds, const answer& reply) {
  if (!holds)
    throw std::runtime_error{std::to_string(reply.status) + ": " + reply.body};
}

}  // namespace

TEST_CASE("increments with If-Match at two servers lose nothing") {
  constexpr int increments = 10;
  const site site{replication::none};
  const auto ports = site.ports();
  REQUIRE(client{ports[0]}.ask(with_form("PUT", counter_path("x"), "value=0")).status == 201);
  std::atomic<int> conflicts = 0;
  CHECK(first_of(run_together(clients, [&](int index) {
          client own{ports[static_cast<std::size_t>(index) % 2]};
          for (int done = 0; done < increments;) {
            const auto seen = own.ask(get_request(counter_path("x")));
            require(seen.status == 200, seen);
            const auto next = integer_at(object_of(seen), "value") + 1;
            const auto reply =
                own.ask(with_form("PUT", counter_path("x"), "value=" + std::to_string(next),
                                  "If-Match: " + seen.field("ETag") + "\r\n"));
            require(reply.status == 200 || reply.status == 412, reply);
            if (reply.status == 200)
              ++done;
            else
              ++conflicts;
          }
        })) == "");
  MESSAGE(conflicts.load() << " conflicts");
  CHECK(conflicts.load() > 0);  // else nobody was in anybody's way
  for (const auto port : ports)
    CHECK(get(port, "/get?name=x").body == "x: " + std::to_string(clients * increments) + "\n");
}

TEST_CASE("a stock with a bound at two servers ends at its bound, and each piece is sold once") {
  constexpr std::int64_t pieces = 500;
  const site site{replication::none};
  const auto ports = site.ports();
  const auto filled = with_form("PUT", counter_path("stock"), "value=" + std::to_string(pieces));
  REQUIRE(client{ports[0]}.ask(filled).status == 201);
  std::mutex mutex;  // guards what follows
  std::vector<std::int64_t> left;
  std::array<int, 2> sold{};
  CHECK(first_of(run_together(clients, [&](int index) {
          const auto server = static_cast<std::size_t>(index) % 2;
          client own{ports[server]};
          for (;;) {
            const auto reply = own.ask(with_form("POST", counter_path("stock"), "delta=-1&min=0"));
            if (reply.status == 409)
              return require(reply.body.find("limit-reached") != reply.body.npos, reply);
            require(reply.status == 200, reply);
            const std::lock_guard lock{mutex};
            left.push_back(integer_at(object_of(reply), "value"));
            ++sold[server];
          }
        })) == "");
  MESSAGE(sold[0] << " and " << sold[1] << " pieces were sold");
  CHECK(sold[0] > 0);
  CHECK(sold[1] > 0);
  std::sort(left.begin(), left.end());
  std::vector<std::int64_t> wanted;
  for (std::int64_t i = 0; i < pieces; ++i)
    wanted.push_back(i);
  CHECK(left == wanted);
  for (const auto port : ports)
    CHECK(get(port, "/get?name=stock").body == "stock: 0\n");
}

TEST_CASE("what ended before another request began has the earlier version, at any server") {
  constexpr int requests = 80;
  const words names{"a", "b", "c", "d", "e"};
  const site site{replication::synchronous};
  const auto ports = site.ports();
  const auto seed = test_seed();
  CAPTURE(seed);
  std::mutex mutex;  // guards what follows
  std::map<std::string, history> seen;
  std::map<std::string, std::int64_t> additions;
  CHECK(first_of(run_together(clients, [&](int index) {
          std::mt19937_64 random{seed + static_cast<std::uint64_t>(index)};
          client connections[]{client{ports[0]}, client{ports[1]}};
          for (int i = 0; i < requests; ++i) {
            const auto& name = names[random() % names.size()];
            const bool is_read = random() % 3 == 0;
            const auto sent = request(is_read ? "GET" : "POST", counter_path(name));
            const auto begin = history::clock::now();
            const auto reply = connections[random() % 2].ask(sent);
            const auto end = history::clock::now();
            if (is_read && reply.status == 404)
              continue;
            require(reply.status == 200 || reply.status == 201, reply);
            const auto body = object_of(reply);
            const std::lock_guard lock{mutex};
            additions[name] += is_read ? 0 : 1;
            seen[name].add({.begin = begin,
                            .end = end,
                            .value = integer_at(body, "value"),
                            .version = static_cast<std::uint64_t>(integer_at(body, "version")),
                            .is_read = is_read});
          }
        })) == "");
  for (const auto& [name, answers] : seen) {
    CAPTURE(name);
    CHECK(answers.additions() > 50);
    CHECK(answers.defect() == "");
    CHECK(get(ports[0], "/get?name=" + name).body ==
          name + ": " + std::to_string(additions[name]) + "\n");
  }
}
