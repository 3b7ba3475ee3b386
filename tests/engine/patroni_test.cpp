#include "tests/engine/support/failure_round.hpp"
#include "tests/engine/support/patroni_cluster.hpp"
#include "tests/engine/support/site.hpp"
#include "tests/engine/support/test_rounds.hpp"

#include <doctest/doctest.h>

using namespace support;

TEST_CASE("increments count once when Patroni's leader is killed") {
  for (int round = 0; round < test_rounds(); ++round)
    check_doubt([] {
      patroni_cluster database;
      const auto servers = start_pair({"--engine", database.url()});
      return check_failure(ports_of(servers), [&](const load& clients) {
        database.kill_leader();
        clients.wait_for_increments(100);
      });
    });
}
