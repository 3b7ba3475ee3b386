#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/sanitized.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>
#include <string>

using namespace support;

namespace {

using std::chrono::steady_clock;

constexpr bool is_instrumented = support::is_sanitized;  // its memory says nothing

/// With names of 150 bytes they take several times --memory.
constexpr std::size_t many = is_instrumented ? 30'000 : 300'000;
const std::string prefix(144, 'c');
constexpr std::size_t mib = std::size_t{1} << 20;

/// The resident bytes of the server; 0 if it is instrumented.
std::size_t memory_of(const server_process& server) {
  return is_instrumented ? 0 : server.resident_bytes();
}

/// Returns whether lists have all counters, in order, with their values.
bool lists_all(client& connection) {
  std::size_t number = 0;
  std::string target = "/v1/counters?limit=1000";
  while (!target.empty()) {
    const auto page = connection.ask(get_request(target));
    const auto body = object_of(page);
    for (const auto& one : body.at("counters").as_array())
      if (const auto& counter = one.as_object();
          text_at(counter, "name") != numbered(prefix, number) ||
          integer_at(counter, "value") != static_cast<std::int64_t>(number++))
        return false;
    target = next_link(page);
  }
  return number == many;
}

/// Returns whether a thousand random counters have their values.
bool reads_some(client& connection, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  for (int i = 0; i < 1000; ++i) {
    const auto number = random() % many;
    const auto reply = connection.ask(get_request("/get?name=" + numbered(prefix, number)));
    if (reply.body != numbered(prefix, number) + ": " + std::to_string(number) + "\n")
      return false;
  }
  return true;
}

}  // namespace

TEST_CASE("counters need not fit into memory, and replies are the same whether they do") {
  const temporary_directory disk;
  const auto data = disk / "data";
  std::size_t idle = 0, full = 0;
  const auto seed = test_seed();
  {
    const server_process server{stored_in(data, {"--shards", "2"})};
    idle = memory_of(server);
    client connection{server.port()};
    create_many(connection, prefix, many);
    full = memory_of(server);
    CHECK(reads_some(connection, seed));
    full = std::max(full, memory_of(server));
  }
  const auto begin = steady_clock::now();
  const server_process server{stored_in(data)};
  MESSAGE(
      "a start with "
      << many << " counters takes "
      << std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin).count()
      << " ms");
  client connection{server.port()};
  CHECK(lists_all(connection));
  CHECK(reads_some(connection, seed + 1));
  full = std::max(full, memory_of(server));
  MESSAGE("memory: " << idle / mib << " MiB idle, " << full / mib << " MiB with " << many
                     << " counters");
  CHECK(full < idle + 48 * mib);
  CHECK(connection.ask(get_request("/inc?name=" + numbered(prefix, 7))).body == "ok\n");
  CHECK(value_of(connection, numbered(prefix, 7)) == 8);
}
