#include "tests/engine/support/failure_round.hpp"

#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

namespace support {

namespace {

/// Enough for each client to be in the middle of something.
constexpr int increments = 200;

}  // namespace

session_counts check_failure(const port_pair& servers,
                             const std::function<void(const load&)>& fail) {
  const auto seed = test_seed();
  CAPTURE(seed);
  load clients{servers, seed};
  clients.wait_for_increments(increments);
  fail(clients);
  clients.wait_for_increments(increments);
  const auto& known = clients.stop();
  const auto counts = sessions_of(servers);
  MESSAGE(known.text() << "; " << counts.text());
  CHECK(first_of(known.defects()) == "");
  CHECK(known.replays() > 0);
  return counts;
}

void check_doubt(const std::function<session_counts()>& round) {
  session_counts counts;
  for (int left = 4; left > 0 && counts.in_doubt() == 0; --left) {
    counts = round();
    CHECK(counts.lost > 0);
  }
  CHECK(counts.in_doubt() > 0);
}

}  // namespace support
