#include "tests/engine/support/pooler.hpp"
#include "tests/engine/support/failure_round.hpp"
#include "tests/engine/support/site.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace support;

TEST_CASE("increments count once through a pooler that is killed and started again") {
  for (const std::string mode : {"session", "transaction"}) {
    CAPTURE(mode);
    const postgres_server database;
    database.add_schema();
    pooler pooler{database, mode};
    const auto servers = start_pair({"--engine", pooler.url()});
    const auto counts = check_failure(ports_of(servers), [&](const load& clients) {
      for (int i = 0; i < 3; ++i) {
        pooler.restart();
        clients.wait_for_increments(100);
      }
    });
    CHECK(counts.lost > 0);
  }
}
