#include "tests/paths.hpp"
#include "tests/proxies/support/proxy.hpp"
#include "tests/proxies/support/relay.hpp"
#include "tests/proxies/support/sockets.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace support;

namespace {

constexpr int clients = 4;
constexpr int kills = 5;
constexpr int requests_between_kills = 100;

/// What a client knows of its requests. Each counts with a counter of its own.
struct account {
  std::string prefix;
  std::vector<bool> acknowledged{};
};

std::string counter_of(const account& account, std::size_t request) {
  return account.prefix + std::to_string(request);
}

/// Sends additions until it is stopped, over a new connection whenever one breaks.
void add(std::uint16_t port, account& account, std::atomic<int>& sent,
         const std::stop_token& stop) {
  std::unique_ptr<client> connection;
  while (!stop.stop_requested()) {
    bool is_acknowledged = false;
    const auto target = "/inc?name=" + counter_of(account, account.acknowledged.size());
    try {
      if (!connection)
        connection = std::make_unique<client>(port);
      is_acknowledged = connection->ask(get_request(target)).status == 200;
    } catch (const std::exception&) {
      connection.reset();
    }
    account.acknowledged.push_back(is_acknowledged);
    ++sent;
  }
}

void check(const account& account, std::uint16_t port) {
  client connection{port};
  int lost = 0;
  int repeated = 0;
  for (std::size_t i = 0; i < account.acknowledged.size(); ++i) {
    const auto name = counter_of(account, i);
    const auto line = connection.ask(get_request("/get?name=" + name)).body;
    if (line == name + " not found\n")
      lost += account.acknowledged[i] ? 1 : 0;
    else if (line != name + ": 1\n")
      ++repeated;
  }
  CHECK(repeated == 0);
  CHECK(lost == 0);
}

}  // namespace

TEST_CASE(
    "behind a proxy, a killed server counts no request twice and loses none that it acknowledged") {
  for (const auto& name : proxies_to_test()) {
    CAPTURE(name);
    temporary_directory data;
    const reserved_port port;
    const words flags{"--data", data / "counters", "--memory", "16M"};
    const auto stall = data / "stall";
    const setting setting{.environment = {"LD_PRELOAD=" SLOW_SYNC_LIBRARY, "SLOW_SYNC_SECONDS=600",
                                          "SLOW_SYNC_FILE=" + stall},
                          .listen = {"127.0.0.1:" + std::to_string(port.number())}};
    auto server = std::make_unique<server_process>(flags, setting);
    relay link{port.number()};
    proxy front{name, link.port()};
    std::array<account, clients> accounts{{{"a"}, {"b"}, {"c"}, {"d"}}};
    std::atomic<int> sent = 0;
    std::vector<std::string> failures;
    {
      const std::jthread load{[&](const std::stop_token& stop) {
        failures = run_together(clients, [&](int index) {
          add(front.port(), accounts[static_cast<std::size_t>(index)], sent, stop);
        });
      }};
      for (int i = 0; i < kills; ++i) {
        for (const int enough = sent + requests_between_kills; sent < enough;)
          std::this_thread::sleep_for(std::chrono::milliseconds{1});
        // In a sync that takes for ever, additions are stored but not acknowledged.
        std::ofstream{stall};
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        server.reset();  // SIGKILL
        std::filesystem::remove(stall);
        server = std::make_unique<server_process>(flags, setting);
      }
    }
    CHECK(failures == std::vector<std::string>{});
    for (const auto& account : accounts)
      check(account, server->port());
  }
}
