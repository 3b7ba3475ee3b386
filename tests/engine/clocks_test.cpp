// Clocks that differ, in servers and in databases: those of the servers must not matter, and time
// must not run back with a database whose clock is behind.

#include "tests/paths.hpp"

#ifdef SHIFTED_CLOCK_LIBRARY

#include "tests/engine/support/postgres_server.hpp"
#include "tests/engine/support/site.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>

using namespace support;

namespace {

/// What has a program's wall clock differ.
words clock_shifted_by(int seconds) {
  return {"LD_PRELOAD=" SHIFTED_CLOCK_LIBRARY, "SHIFTED_CLOCK_SECONDS=" + std::to_string(seconds)};
}

/// The wall clock of a database.
std::int64_t seconds_of(const postgres_server& database) {
  return std::stoll(database.query("SELECT extract(epoch FROM clock_timestamp())::bigint"));
}

/// Adds 1, for as long as `ttl` says if the counter is new.
answer add(std::uint16_t port, const std::string& name, const std::string& ttl = {}) {
  return client{port}.ask(request("POST", counter_path(name, ttl.empty() ? "" : "ttl=" + ttl)));
}

std::uint64_t version_of(const answer& reply) {
  return std::stoull(reply.field("ETag").substr(1));
}

/// Such texts are in the order of their times.
std::string expiry_of(const answer& reply) {
  return text_at(object_of(reply), "expires_at");
}

}  // namespace

TEST_CASE("a counter expires by the clock of the database, whatever those of the servers say") {
  const postgres_server database;
  database.add_schema();
  const words flags{"--engine", database.url()};
  const server_process behind{flags, {.environment = clock_shifted_by(-7200)}};
  const server_process ahead{flags, {.environment = clock_shifted_by(7200)}};
  for (const auto* server : {&behind, &ahead}) {
    const auto first = add(server->port(), "x", "4");
    CHECK(first.status == 201);
    for (const auto* reader : {&behind, &ahead}) {
      const auto read = get(reader->port(), "/v1/counters/x");
      CHECK(read.status == 200);
      CHECK(expiry_of(read) == expiry_of(first));
    }
    for (const auto* reader : {&ahead, &behind})
      CHECK(get_until(reader->port(), "/v1/counters/x", 404).status == 404);
    // The next of that name is a later one at both.
    const auto next = add(ahead.port(), "x");
    CHECK(next.status == 201);
    CHECK(version_of(next) > version_of(first));
    const auto last = add(behind.port(), "x");
    CHECK(integer_at(object_of(last), "value") == 2);
    CHECK(version_of(last) > version_of(next));
    CHECK(client{ahead.port()}.ask(request("DELETE", "/v1/counters/x")).status == 204);
  }
}

TEST_CASE("after a failover to a clock that is behind, what was over stays so") {
  constexpr int shift = 10;
  postgres_server primary;
  primary.add_schema();
  auto standby = postgres_server::standby_of(primary, {}, clock_shifted_by(-shift));
  primary.wait_for_standby(true);
  const words flags{"--engine",
                    "postgresql://postgres@127.0.0.1:" + std::to_string(primary.port()) +
                        ",127.0.0.1:" + std::to_string(standby->port()) + "/postgres"};
  const auto servers = start_pair(flags);
  const auto [one, other] = ports_of(servers);
  const auto expired = add(one, "expired", "1");
  REQUIRE(expired.status == 201);
  REQUIRE(get_until(one, "/v1/counters/expired", 404).status == 404);
  const auto deleted = add(one, "deleted");
  REQUIRE(client{one}.ask(request("DELETE", "/v1/counters/deleted")).status == 204);
  const auto kept = add(one, "kept");
  const auto brief = add(one, "brief", "2");
  const auto latest = expiry_of(add(one, "before", "100"));
  CHECK(seconds_of(primary) - seconds_of(*standby) >= shift - 1);

  primary.kill();
  standby->promote();
  for (const auto port : {one, other}) {
    CHECK(get_until(port, "/v1/counters/kept", 200).status == 200);
    CHECK(get(port, "/v1/counters/expired").status == 404);
    CHECK(get(port, "/v1/counters/deleted").status == 404);
  }
  // Time stands still meanwhile, for a server that was not there before, too.
  const server_process third{flags};
  for (const auto port : {one, third.port()})
    CHECK(expiry_of(add(port, "after" + std::to_string(port), "100")) >= latest);
  CHECK(version_of(add(other, "kept")) > version_of(kept));
  for (const auto& [name, before] : {std::pair{"expired", expired}, {"deleted", deleted}}) {
    const auto again = add(other, name);
    CHECK(again.status == 201);
    CHECK(version_of(again) > version_of(before));
    CHECK(integer_at(object_of(again), "value") == 1);
  }
  // Time goes on once that clock has caught up.
  CHECK(get_until(one, "/v1/counters/brief", 404).status == 404);
  CHECK(get(other, "/v1/counters/brief").status == 404);
  CHECK(version_of(add(other, "brief")) > version_of(brief));
}

#endif
