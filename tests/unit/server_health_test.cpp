#include "http/api/health/server_health.hpp"
#include "tests/unit/v1/router_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

using http::health_check;
using http::liveness;
using http::method;
using http::readiness;
using namespace std::chrono_literals;

namespace {

const auto now = metrics::pulse::clock::now();

/// The health of a server with some event loops, and a shard on a disk.
struct fixture {
  explicit fixture(std::size_t loops, bool has_disk = true) : pulses(loops) {
    for (const auto& pulse : pulses)
      health.loops.push_back(&pulse);
    if (has_disk)
      health.disk = [this] {
        counter::store_statistics statistics;
        statistics.shards.push_back({.metrics = &shard});
        statistics.health = disk;
        statistics.ledger = {.free_bytes = 3 << 20, .needed_bytes = 128 << 20};
        return statistics;
      };
  }

  std::deque<metrics::pulse> pulses;
  counter::shard_metrics shard;
  counter::health disk = counter::health::good;
  http::server_health health;
};

std::string failures_in(const std::vector<health_check>& checks) {
  std::string names;
  for (const auto& check : checks)
    if (!check.is_ok)
      names.append(names.empty() ? "" : " ").append(check.name);
  return names;
}

/// The response to a GET of a server whose health is given.
http::response get(std::string_view target, const http::server_health* health) {
  auto info = unit::info_in_memory();
  info.health = health;
  return *unit::route(method::get, target, {}, "", info).response;
}

}  // namespace

TEST_CASE("liveness() fails only if a loop is stuck") {
  fixture f{3};
  f.disk = counter::health::failed;
  f.health.is_draining = true;
  CHECK(failures_in(liveness(f.health, now)) == "");
  f.pulses[1].begin(now);
  f.shard.uncommitted.begin(now);
  CHECK(failures_in(liveness(f.health, now + 30s)) == "");
  const auto checks = liveness(f.health, now + 31s);
  CHECK(failures_in(checks) == "loops");
  CHECK(checks[0].detail == "event loop 1 has not finished a pass for 30 s");
}

TEST_CASE("readiness() fails if a loop is slow, the server drains or the disk takes no change") {
  fixture f{2};
  CHECK(failures_in(readiness(f.health, now, false)) == "");
  f.pulses[0].begin(now);
  CHECK(failures_in(readiness(f.health, now + 2s, false)) == "");
  CHECK(failures_in(readiness(f.health, now + 3s, false)) == "loops");
  f.pulses[0].end();
  for (const auto bad : {counter::health::full, counter::health::failed}) {
    f.disk = bad;
    CHECK(failures_in(readiness(f.health, now, false)) == "disk-write");
    CHECK(failures_in(readiness(f.health, now, true)) == "");
  }
  f.health.is_draining = true;
  CHECK(failures_in(readiness(f.health, now, false)) == "draining disk-write");
}

TEST_CASE("readiness() fails if a shard has not committed for five seconds, also for reading") {
  fixture f{1};
  f.shard.uncommitted.begin(now);
  CHECK(failures_in(readiness(f.health, now + 5s, false)) == "");
  CHECK(failures_in(readiness(f.health, now + 6s, false)) == "commits");
  CHECK(failures_in(readiness(f.health, now + 6s, true)) == "commits");
  f.shard.uncommitted.end();
  CHECK(failures_in(readiness(f.health, now + 6s, false)) == "");
}

TEST_CASE("readiness() fails if the database is away, also for reading, and liveness() does not") {
  fixture f{1};
  f.health.disk = [&f] {
    counter::store_statistics statistics;
    statistics.shards.push_back({.metrics = &f.shard});
    statistics.health = f.disk;
    return statistics;
  };
  CHECK(failures_in(readiness(f.health, now, false)) == "");
  f.disk = counter::health::away;
  for (const bool for_reading : {false, true})
    CHECK(failures_in(readiness(f.health, now, for_reading)) == "database");
  CHECK(failures_in(liveness(f.health, now)) == "");
  CHECK(get("/readyz", &f.health).body.view() == "database: it cannot be reached\n");
}

TEST_CASE("counters in memory have no check of a disk") {
  const fixture f{1, false};
  CHECK(readiness(f.health, now, false).size() == 2);
}

TEST_CASE("/livez and /readyz respond with ok, or with a line for each check that fails") {
  fixture f{1};
  for (const std::string_view target : {"/livez", "/readyz", "/readyz?for=read", "/readyz?"}) {
    CAPTURE(target);
    const auto response = get(target, &f.health);
    CHECK(response.status == http::status::ok);
    CHECK(response.body.view() == "ok\n");
  }
  CHECK(get("/readyz?verbose", &f.health).body.view() ==
        "loops: ok\ndraining: ok\ndisk-write: ok\ncommits: ok\n");
  CHECK(get("/livez?verbose", &f.health).body.view() == "loops: ok\n");
  f.disk = counter::health::full;
  const auto full = get("/readyz", &f.health);
  CHECK(full.status == http::status::service_unavailable);
  CHECK(full.body.view() == "disk-write: full, 128 MiB needed\n");
  CHECK(get("/readyz?for=read", &f.health).status == http::status::ok);
  CHECK(get("/readyz?exclude=disk-write", &f.health).status == http::status::ok);
  CHECK(get("/livez", &f.health).status == http::status::ok);
  f.health.is_draining = true;
  CHECK(get("/readyz?exclude=disk-write", &f.health).status == http::status::service_unavailable);
  CHECK(get("/readyz?exclude=disk-write&exclude=draining", &f.health).body.view() == "ok\n");
}

TEST_CASE("/livez and /readyz refuse parameters that they do not know") {
  const fixture f{1};
  for (const std::string_view target : {"/livez?for=read", "/livez?verbos", "/readyz?for=write",
                                        "/readyz?verbose=1", "/readyz?excluded=loops"}) {
    CAPTURE(target);
    CHECK(get(target, &f.health).status == http::status::bad_request);
  }
}
