#include "config/processors.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace support;

namespace {

/// Returns how many descriptors each epoll set of the process watches.
std::map<std::string, std::size_t> watched(const process& server) {
  const std::filesystem::path root = "/proc/" + std::to_string(server.id());
  std::map<std::string, std::size_t> sets;
  for (const auto& descriptor : std::filesystem::directory_iterator{root / "fd"}) {
    const auto number = descriptor.path().filename();
    std::error_code is_closed;  // one that was open for a moment only
    if (std::filesystem::read_symlink(descriptor, is_closed) != "anon_inode:[eventpoll]")
      continue;
    std::ifstream info{root / "fdinfo" / number};
    for (std::string line; std::getline(info, line);)
      sets[number] += line.starts_with("tfd:") ? 1 : 0;
  }
  return sets;
}

}  // namespace

TEST_CASE("a start logs a better --shards where that serves more event loops") {
  const auto log_of = [](const words& flags) {
    server_process server{flags};
    server.wait_for_log("started:");
    return server.stop().log;
  };
  const bool is_large = config::processors() >= 8;
  CHECK((log_of({"--threads", "8"}).find("--shards 4 would serve more than 1") !=
         std::string::npos) == is_large);
  CHECK(log_of({"--threads", "4"}).find("--shards") == std::string::npos);
  CHECK(log_of({"--threads", "8", "--shards", "2"}).find("--shards") == std::string::npos);
}

TEST_CASE("a server gives each event loop as many connections") {
  server_process server{{"--threads", "8"}};
  // Each loop watches its tasks, and its listening socket as soon as it has begun to listen.
  const auto have_begun = [&] {
    const auto sets = watched(server);
    return std::count_if(sets.begin(), sets.end(),
                         [](const auto& set) { return set.second == 2; }) == 8;
  };
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!have_begun() && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
  const auto before = watched(server);
  std::vector<client> connections;
  for (int i = 0; i < 64; ++i) {
    connections.emplace_back(server.port());
    REQUIRE(connections.back().ask(get_request("/inc?name=x")).status == 200);
  }
  std::map<std::size_t, int> loops_with;
  for (const auto& [set, count] : watched(server))
    ++loops_with[count - before.at(set)];
  CHECK(loops_with[8] == 8);
  for (auto& connection : connections)
    CHECK(connection.ask(get_request("/inc?name=x")).status == 200);
}
