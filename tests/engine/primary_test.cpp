#include "tests/engine/support/failure_round.hpp"
#include "tests/engine/support/site.hpp"
#include "tests/engine/support/test_rounds.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace support;
using namespace std::chrono_literals;

TEST_CASE("increments count once when the primary is killed and its standby is promoted") {
  for (int round = 0; round < test_rounds(); ++round) {
    site site{replication::synchronous};
    const auto counts = check_failure(site.ports(), [&](const load&) {
      site.primary.kill();
      site.standby->promote();
    });
    CHECK(counts.lost > 0);
    CHECK(counts.in_doubt() > 0);
  }
}

TEST_CASE("increments count once when the primary is killed and recovers") {
  for (int round = 0; round < test_rounds(); ++round) {
    site site{replication::synchronous};
    const auto counts = check_failure(site.ports(), [&](const load&) {
      site.primary.kill();
      site.primary.start();
    });
    CHECK(counts.lost > 0);
    CHECK(counts.in_doubt() > 0);
  }
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
      const auto begin = std::chrono::steady_clock::now();
      site.standby->promote();
      clients.wait_for_increments(1);
      // Shorter than a step may take: the sessions have not waited for the old primary so long.
      CHECK(std::chrono::steady_clock::now() - begin < 4s);
      std::this_thread::sleep_for(6s);  // longer than any step, shorter than a request
      // It believes that it is the primary, and carries out what its sessions were sent.
      site.primary.resume();
      clients.wait_for_increments(100);
    });
    CHECK(counts.lost > 0);
    CHECK(counts.in_doubt() > 0);
  }
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
