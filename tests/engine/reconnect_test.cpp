// Sessions that break again while a writer connects anew, fences and finds out.

#include "tests/engine/support/cut_scene.hpp"
#include "tests/engine/support/full_run.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

using namespace support;
using std::chrono::minutes;

namespace {

/// Returns how often each message is cut, and how. By default the kinds take turns.
std::vector<cut> kinds_at(std::size_t message) {
  static constexpr cut all[] = {cut::after, cut::before, cut::late, cut::fenced};
  if (is_full_run())
    return {std::begin(all), std::end(all)};
  return {all[message % std::size(all)]};
}

void check(cut_scene& scene, const std::vector<planned_cut>& cuts, bool connects = true) {
  const auto cuts_text = text(cuts);
  CAPTURE(cuts_text);
  if (connects)
    scene.connect();
  scene.prepare();
  scene.carry_out(cuts);
  const auto passed = scene.proxy.passed(direction::to_client);
  CAPTURE(passed);
  CHECK(scene.proxy.cuts_left() == 0);
  scene.check_done();
}

/// Returns the position behind the nth `type`.
std::size_t behind(const std::string& types, char type, int nth) {
  std::size_t at = 0;
  for (; nth > 0; --nth)
    at = types.find(type, at) + 1;
  return at;
}

}  // namespace

TEST_CASE("a commit in doubt is found out, whatever breaks meanwhile") {
  cut_scene scene{new_schema(), minutes{2}};
  check(scene, {});
  // The first message of the commit, and that of its answer.
  const planned_cut dropped{direction::to_server,
                            behind(scene.proxy.passed(direction::to_server), 'S', 1) + 1,
                            cut::before};
  const planned_cut stored{direction::to_client,
                           behind(scene.proxy.passed(direction::to_client), 'Z', 1) + 1,
                           cut::before};
  for (const auto& first : {dropped, stored}) {
    const auto found_before = scene.server.ledger.statistics();
    check(scene, {first});
    const auto found = scene.server.ledger.statistics();
    CHECK(found.doubts_stored - found_before.doubts_stored == (first == stored));
    CHECK(found.doubts_dropped - found_before.doubts_dropped == (first == dropped));
    // What passes from the first cut on, but for the second one.
    const auto to_server = scene.proxy.passed(direction::to_server);
    const auto to_client = scene.proxy.passed(direction::to_client);
    const auto sent =
        to_server.size() - (first == stored ? behind(to_server, 'S', 2) : first.message);
    const auto answered =
        to_client.size() - (first == stored ? first.message : behind(to_client, 'Z', 1));
    MESSAGE("to the server: ", to_server, ", to the client: ", to_client);
    for (std::size_t i = 1; i <= sent; ++i)
      for (const auto kind : kinds_at(i))
        check(scene, {first, {direction::to_server, i, kind}});
    for (std::size_t i = 1; i <= answered; ++i)
      for (const auto kind : kinds_at(i))
        check(scene, {first, {direction::to_client, i, kind}});
  }
  const auto counts = scene.server.ledger.statistics();
  CHECK(counts.doubts_unknown == 0);
  CHECK(counts.errors == 0);
}

TEST_CASE("a group is carried out once, however often its session breaks") {
  cut_scene scene{new_schema(), minutes{2}};
  // The beginning of a commit; and each session that follows breaks before it is used.
  const std::size_t message = 20;
  for (const auto kind : {cut::after, cut::before, cut::late, cut::fenced})
    check(scene, std::vector<planned_cut>(8, {direction::to_server, message, kind}));
}

TEST_CASE("a writer is registered, at whichever message its first session breaks") {
  const auto schema = new_schema();
  std::string to_server, to_client;
  const auto start = [&](const std::vector<planned_cut>& cuts) {
    cut_scene scene{schema, minutes{2}};
    check(scene, cuts, false);
    to_server = scene.proxy.passed(direction::to_server);
    to_client = scene.proxy.passed(direction::to_client);
  };
  start({});
  // It prepares, registers and asks for the time; the server is also ready when it has begun.
  const auto sent = behind(to_server, 'S', 3);
  const auto answered = behind(to_client, 'Z', 4);
  MESSAGE("to the server: ", to_server.substr(0, sent),
          ", to the client: ", to_client.substr(0, answered));
  for (std::size_t i = 1; i <= sent; ++i)
    for (const auto kind : kinds_at(i))
      start({{direction::to_server, i, kind}});
  for (std::size_t i = 1; i <= answered; ++i)
    for (const auto kind : kinds_at(i))
      start({{direction::to_client, i, kind}});
}
