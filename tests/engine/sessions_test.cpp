#include "tests/engine/support/failure_round.hpp"
#include "tests/engine/support/site.hpp"
#include "tests/engine/support/test_rounds.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>

using namespace support;
using namespace std::chrono_literals;

namespace {

/// Calls a function of PostgreSQL for each session of counterd, so many times, with a pause behind
/// each.
void for_each_session(const postgres_server& database, const std::string& function, int times,
                      const std::string& pause_seconds) {
  database.query(
      "DO $$ BEGIN FOR i IN 1.." + std::to_string(times) +
      " LOOP PERFORM pg_stat_clear_snapshot(), pg_sleep(" + pause_seconds + "); PERFORM " +
      function +
      "(pid) FROM pg_stat_activity WHERE application_name = 'counterd'; END LOOP; END $$");
}

}  // namespace

TEST_CASE("increments count once when all sessions are ended, twelve times") {
  for (int round = 0; round < test_rounds(); ++round) {
    site site{replication::synchronous};
    const auto counts = check_failure(site.ports(), [&](const load&) {
      for_each_session(site.primary, "pg_terminate_backend", 12, "0.3");
    });
    CHECK(counts.lost >= 12);
    CHECK(counts.in_doubt() > 0);
  }
}

TEST_CASE("increments count once when what all sessions do is cancelled, 25 times") {
  for (int round = 0; round < test_rounds(); ++round) {
    site site{replication::synchronous};
    const auto counts = check_failure(site.ports(), [&](const load&) {
      for_each_session(site.primary, "pg_cancel_backend", 25, "0.1");
    });
    // Who waited for the standby has a commit that the standby may not have.
    CHECK(counts.stored > 0);
  }
}

TEST_CASE("increments count once when commits that no standby has are cancelled, and are lost") {
  for (int round = 0; round < test_rounds(); ++round) {
    site site{replication::synchronous};
    const auto counts = check_failure(site.ports(), [&](const load&) {
      site.standby->kill();
      // The primary has these, and reports success, with a warning.
      for_each_session(site.primary, "pg_cancel_backend", 5, "0.2");
      site.primary.kill();
      site.standby->start();
      site.standby->promote();
    });
    CHECK(counts.dropped > 0);
  }
}

TEST_CASE("a slow primary keeps its sessions, although another address of it takes writes") {
  const postgres_server database;
  database.add_schema();
  const auto host = "127.0.0.1:" + std::to_string(database.port());
  const auto servers =
      start_pair({"--engine", "postgresql://postgres@" + host + "," + host + "/postgres"});
  const auto counts = check_failure(ports_of(servers), [&](const load&) {
    database.stop_sessions();
    std::this_thread::sleep_for(2s);  // shorter than a step may take
    database.resume_sessions();
  });
  CHECK(counts.lost == 0);
}

TEST_CASE("increments count once when all sessions hang past their deadline, and go on, twice") {
  for (int round = 0; round < test_rounds(); ++round) {
    site site{replication::synchronous};
    const auto counts = check_failure(site.ports(), [&](const load& clients) {
      for (int i = 0; i < 2; ++i) {
        site.primary.stop_sessions();
        std::this_thread::sleep_for(5s);  // longer than any step
        // Those that the servers have given up, too, carry out what they were sent.
        site.primary.resume_sessions();
        clients.wait_for_increments(100);
      }
    });
    CHECK(counts.lost > 0);
    CHECK(counts.in_doubt() > 0);
  }
}
