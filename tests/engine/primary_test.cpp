#include "tests/engine/support/failure_round.hpp"
#include "tests/engine/support/service.hpp"
#include "tests/engine/support/site.hpp"
#include "tests/engine/support/test_rounds.hpp"
#include "tests/server/support/client.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>

using namespace support;
using namespace std::chrono_literals;

TEST_CASE("increments count once when the primary is killed and its standby is promoted") {
  for (int round = 0; round < test_rounds(); ++round)
    check_doubt([] {
      site site{replication::synchronous};
      return check_failure(site.ports(), [&](const load&) {
        site.primary.kill();
        site.standby->promote();
      });
    });
}

TEST_CASE("increments count once when the primary is killed and recovers") {
  for (int round = 0; round < test_rounds(); ++round)
    check_doubt([] {
      site site{replication::synchronous};
      return check_failure(site.ports(), [&](const load&) {
        site.primary.kill();
        site.primary.start();
      });
    });
}

TEST_CASE("increments count once when the primary is restarted") {
  for (int round = 0; round < test_rounds(); ++round) {
    site site{replication::synchronous};
    const auto counts = check_failure(site.ports(), [&](const load&) {
      site.primary.stop();
      site.primary.start();
    });
    CHECK(counts.lost > 0);
  }
}

TEST_CASE("increments count once when the primary hangs, is replaced, and goes on") {
  for (int round = 0; round < test_rounds(); ++round) {
    site site{replication::synchronous};
    const auto counts = check_failure(site.ports(), [&](const load& clients) {
      site.primary.freeze();
      site.standby->promote();
      clients.wait_for_increments(1);
      std::this_thread::sleep_for(6s);  // longer than any step, shorter than a request
      // It believes that it is the primary, and carries out what its sessions were sent.
      site.primary.resume();
      clients.wait_for_increments(100);
    });
    CHECK(counts.lost > 0);
    CHECK(counts.in_doubt() > 0);
  }
}

TEST_CASE("sessions that were not used leave a primary that was replaced while it hung") {
  site site{replication::asynchronous};
  const auto [one, other] = site.ports();
  constexpr int counters = 16;
  const auto name = [](int i) { return "n" + std::to_string(i); };
  for (int i = 0; i < counters; ++i)
    for (const auto port : site.ports())
      REQUIRE(get(port, "/inc?name=" + name(i)).status == 200);
  REQUIRE(get(one, "/v1/counters").status == 200);
  wait_until("the standby has all", [&] {
    return site.primary.query(
               "SELECT replay_lsn = pg_current_wal_lsn() FROM pg_stat_replication") == "t\n";
  });
  site.primary.freeze();
  site.standby->promote();
  // Only one shard of one server waits for the old primary.
  CHECK(get_until(one, "/inc?name=n0", 200).status == 200);
  site.primary.resume();
  std::this_thread::sleep_for(12s);  // each server looks every five seconds
  for (int i = 1; i < counters; ++i) {
    CHECK(get(one, "/inc?name=" + name(i)).status == 200);
    CHECK(get(other, "/inc?name=" + name(i)).status == 200);
    CHECK(get(one, "/get?name=" + name(i)).body == name(i) + ": 4\n");
  }
  for (const auto port : site.ports())
    CHECK(get(port, "/v1/counters?prefix=n1&limit=1").body.find("\"value\":4,") !=
          std::string::npos);
  CHECK(site.primary.query("SELECT max(value) FROM counterd.counters") == "2\n");
}

TEST_CASE(
    "a primary that was replaced and comes back gets no session, however slow the new one is") {
  site site{replication::synchronous};
  check_failure(site.ports(), [&](const load& clients) {
    site.primary.kill();
    site.standby->promote();
    clients.wait_for_increments(1);
    site.primary.start();  // and knows of nothing
    const auto before = sessions_of(site.ports());
    for (int i = 0; i < 3; ++i) {
      site.standby->stop_sessions();
      std::this_thread::sleep_for(900ms);
      site.standby->resume_sessions();
      clients.wait_for_increments(100);
    }
    CHECK(sessions_of(site.ports()).lost == before.lost);
  });
}

TEST_CASE("a primary that was replaced and cannot tell its timeline gets no session") {
  site site{replication::synchronous};
  check_failure(site.ports(), [&](const load& clients) {
    site.primary.kill();
    site.standby->promote();
    clients.wait_for_increments(1);
    // The old primary has no row of this one, and would seem to have lost it.
    const server_process late{{"--engine", site.url()}};
    CHECK(get(late.port(), "/inc?name=x").body == "ok\n");
    site.primary.start();
    site.primary.query("COPY (SELECT 1) TO PROGRAM 'mv global/pg_control global/gone'");
    site.standby->stop_sessions();
    client waiting{late.port()};
    waiting.send(get_request("/inc?name=x"));
    std::this_thread::sleep_for(5s);  // longer than a step
    site.standby->resume_sessions();
    clients.wait_for_increments(100);
    CHECK(get_until(late.port(), "/inc?name=x", 200).body == "ok\n");
  });
}
