#include "tests/engine/support/failure_round.hpp"
#include "tests/engine/support/site.hpp"
#include "tests/engine/support/test_rounds.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

using namespace support;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

/// Waits until a server knows that its database is away. Returns false after half a minute.
bool notices(std::uint16_t port) {
  const auto end = steady_clock::now() + 30s;
  while (metric(port, "counterd_database_reachable") != 0) {
    if (steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

/// Checks that each server refuses at once, for as long as this takes, and says so.
void check_refusals(const site& site, steady_clock::duration duration) {
  std::vector<steady_clock::duration> times;
  words defects;
  const auto end = steady_clock::now() + duration;
  while (steady_clock::now() < end)
    for (const auto port : site.ports()) {
      const auto begin = steady_clock::now();
      const auto reply = get(port, "/v1/counters/k1");
      times.push_back(steady_clock::now() - begin);
      if (const auto defect = defect_of_problem(reply, 503, "unavailable"); !defect.empty())
        defects.push_back(defect);
      if (!reply.has("Retry-After"))
        defects.push_back("no Retry-After: " + reply.body);
      std::this_thread::sleep_for(10ms);
    }
  CHECK(first_of(defects) == "");
  REQUIRE(times.size() > 2);
  std::sort(times.begin(), times.end());
  const auto seconds = [](auto time) { return std::chrono::duration<double>(time).count(); };
  MESSAGE(times.size() << " refusals, within " << seconds(times[times.size() / 2]) << " s, at most "
                       << seconds(times.back()) << " s");
  // The deadline of a request is ten seconds; a busy machine has a bad moment.
  CHECK(times[times.size() / 2] < 1s);
  CHECK(times.back() < 5s);
}

}  // namespace

TEST_CASE("while the database is away, requests get a 503 at once, and then count again") {
  for (int round = 0; round < test_rounds(); ++round) {
    site site{replication::none};
    check_failure(site.ports(), [&](const load&) {
      site.primary.stop();
      for (const auto port : site.ports()) {
        CHECK(notices(port));
        CHECK(get(port, "/readyz").status == 503);
        CHECK(get(port, "/livez").status == 200);
      }
      check_refusals(site, 12s);
      for (const auto port : site.ports())
        CHECK(get(port, "/livez").status == 200);
      site.primary.start();
      for (const auto port : site.ports()) {
        CHECK(get_until(port, "/readyz", 200).status == 200);
        CHECK(metric(port, "counterd_database_reachable") == 1);
      }
    });
    for (const auto& server : site.servers) {
      const auto ended = server->stop();
      CAPTURE(ended.log);
      CHECK(ended.exit_code == 0);
      CHECK(count_of(ended.log, "the database cannot be reached") == 1);
      CHECK(count_of(ended.log, "the database is back") == 1);
    }
  }
}

TEST_CASE("SIGTERM ends a server whose database is away") {
  for (const std::string kind : {"stopped", "frozen"}) {
    CAPTURE(kind);
    site site{replication::none};
    auto& server = *site.servers[0];
    REQUIRE(get(server.port(), "/inc?name=x").status == 200);
    if (kind == "stopped")
      site.primary.stop();
    else
      site.primary.freeze();
    client waiting{server.port()};  // a request in flight
    waiting.send(get_request("/inc?name=x"));
    const auto begin = steady_clock::now();
    const auto ended = server.stop();
    const std::chrono::duration<double> took = steady_clock::now() - begin;
    MESSAGE(kind << ": it took " << took.count() << " s");
    CHECK(ended.exit_code == 0);
    CHECK(took < 7s);  // five, and a busy machine
  }
}
