// Sessions that break at every message of a group: each operation is carried out once.

#include "tests/engine/support/cut_scene.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

using namespace support;
using std::chrono::minutes;

namespace {

constexpr cut kinds[] = {cut::after, cut::before, cut::late, cut::fenced};

/// What passes while a group is carried out that is not cut.
struct messages {
  std::string to_server, to_client;

  std::size_t count(direction way) const {
    return way == direction::to_server ? to_server.size() : to_client.size();
  }
};

void carry_out(cut_scene& scene, const std::vector<planned_cut>& cuts) {
  const auto cuts_text = text(cuts);
  CAPTURE(cuts_text);
  scene.connect();
  scene.prepare();
  scene.carry_out(cuts);
  CHECK(scene.proxy.cuts_left() == 0);
  scene.check_done();
}

messages uncut(cut_scene& scene) {
  carry_out(scene, {});
  return {scene.proxy.passed(direction::to_server), scene.proxy.passed(direction::to_client)};
}

/// Cuts have met commits that were stored, and others that were not; each of them was found out.
void check_doubts(const cut_scene& scene) {
  const auto counts = scene.server.ledger.statistics();
  MESSAGE(counts.lost_sessions, " sessions were lost; of the commits in doubt, ",
          counts.doubts_stored, " were stored and ", counts.doubts_dropped, " were not");
  CHECK(counts.doubts_stored > 0);
  CHECK(counts.doubts_dropped > 0);
  CHECK(counts.doubts_unknown == 0);
  CHECK(counts.errors == 0);
}

}  // namespace

TEST_CASE("a group is carried out once, at whichever message its session breaks") {
  cut_scene scene{new_schema(), minutes{2}};
  const auto expected = uncut(scene);
  MESSAGE("to the server: ", expected.to_server, ", to the client: ", expected.to_client);
  // Two round trips of the first transaction, and one of the second.
  CHECK(std::count(expected.to_client.begin(), expected.to_client.end(), 'Z') == 3);
  for (const auto way : {direction::to_server, direction::to_client})
    for (std::size_t i = 1; i <= expected.count(way); ++i)
      for (const auto kind : kinds)
        carry_out(scene, {{way, i, kind}});
  check_doubts(scene);
}
