#include "tests/engine/support/site.hpp"
#include "tests/engine/support/test_rounds.hpp"
#include "tests/server/support/client.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <string>

using namespace support;

namespace {

/// Enough for each shard to have some.
constexpr int counters = 40;

void increment_all(std::uint16_t port) {
  for (int i = 0; i < counters; ++i)
    REQUIRE(get(port, "/inc?name=k" + std::to_string(i)).body == "ok\n");
}

/// Asks until the server is gone: it looks at the database when there is something to do.
process::ending ending_of(server_process& server) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  try {
    for (int i = 0; std::chrono::steady_clock::now() < end; ++i)
      get(server.port(), "/inc?name=k" + std::to_string(i % counters));
  } catch (const std::exception&) {
    // It has closed the connection, or listens no more.
  }
  return server.wait();
}

}  // namespace

TEST_CASE("servers end when the new primary has not got what the old one confirmed") {
  for (int round = 0; round < test_rounds(); ++round) {
    site site{replication::asynchronous};
    for (const auto port : site.ports())
      increment_all(port);
    // The standby misses these. (One whose replay is paused would have them in its log.)
    site.standby->stop();
    for (const auto port : site.ports())
      increment_all(port);
    site.primary.kill();
    site.standby->start();
    site.standby->promote();
    for (auto& server : site.servers) {
      const auto ended = ending_of(*server);
      CAPTURE(ended.log);
      CHECK(ended.exit_code == 1);
      CHECK(ended.log.find(" error ") != std::string::npos);
      CHECK(ended.log.find("the database has lost changes that it had confirmed") !=
            std::string::npos);
    }
  }
}
