// A directory that is older than its last run gives out no version twice.

#include "tests/paths.hpp"
#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>

using namespace support;

namespace {

namespace fs = std::filesystem;

/// Sets `x` and returns its new version.
std::int64_t version_of_put(std::uint16_t port, int value) {
  client connection{port};
  const auto reply =
      connection.ask(request("PUT", counter_path("x", "value=" + std::to_string(value))));
  REQUIRE(reply.status < 300);
  return integer_at(object_of(reply), "version");
}

}  // namespace

TEST_CASE("a start on a backup gives out greater versions than any run before") {
  const temporary_directory disk;
  std::int64_t last = 0;
  {
    const server_process server{stored_in(disk / "data")};
    version_of_put(server.port(), 10);
    REQUIRE(client{server.port()}.ask(request("POST", "/v1/admin/backup?name=b")).status == 201);
    last = version_of_put(server.port(), 11);
  }
  const server_process restored{stored_in(disk / "data/backups/b")};
  const auto tag = "\"" + std::to_string(last) + "\"";
  CHECK(version_of_put(restored.port(), 900) > last);
  client stale{restored.port()};
  CHECK(stale.ask(request("PUT", counter_path("x", "value=12"), "If-Match: " + tag + "\r\n"))
            .status == 412);
  CHECK(stale.ask(request("GET", counter_path("x"), "If-None-Match: " + tag + "\r\n")).status ==
        200);
}

TEST_CASE("a start on a directory that lost its last changes gives out greater versions") {
  const temporary_directory disk;
  const auto data = disk / "data";
  std::int64_t last = 0;
  {
    const server_process server{stored_in(data, {"--sync", "interval"})};
    version_of_put(server.port(), 10);
  }
  // What a power failure leaves when nothing after it was synced.
  fs::copy(data, disk / "earlier", fs::copy_options::recursive);
  {
    const server_process server{stored_in(data, {"--sync", "interval", "--shards", "3"})};
    for (int i = 0; i < 20; ++i)
      last = version_of_put(server.port(), i);
  }
  const server_process server{stored_in(disk / "earlier", {"--sync", "interval"})};
  CHECK(version_of_put(server.port(), 900) > last);
}

#ifdef SHIFTED_CLOCK_LIBRARY
TEST_CASE("versions grow over restarts with a clock before 2020, and with one set back") {
  const temporary_directory disk;
  const auto data = disk / "data";
  std::int64_t last = 0;
  for (const std::string years : {"-40", "-40", "0", "-40", "-1"}) {
    CAPTURE(years);
    const auto seconds = std::stol(years) * 365 * 24 * 3600;
    const server_process server{
        stored_in(data),
        {.environment = {"LD_PRELOAD=" SHIFTED_CLOCK_LIBRARY,
                         "SHIFTED_CLOCK_SECONDS=" + std::to_string(seconds)}}};
    const auto first = version_of_put(server.port(), 1);
    CHECK(first > last);
    last = version_of_put(server.port(), 2);
    CHECK(last > first);
  }
}

TEST_CASE("a start on a backup repeats no version after a clock that was once ahead") {
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    const server_process server{
        stored_in(data),
        {.environment = {"LD_PRELOAD=" SHIFTED_CLOCK_LIBRARY,
                         "SHIFTED_CLOCK_SECONDS=" + std::to_string(73 * 365 * 86'400L)}}};
    version_of_put(server.port(), 1);
  }
  std::int64_t last = 0;
  {
    const server_process server{stored_in(data)};
    version_of_put(server.port(), 10);
    REQUIRE(client{server.port()}.ask(request("POST", "/v1/admin/backup?name=b")).status == 201);
    last = version_of_put(server.port(), 11);
  }
  const server_process restored{stored_in(disk / "data/backups/b")};
  CHECK(version_of_put(restored.port(), 900) != last);
  client stale{restored.port()};
  const auto tag = "\"" + std::to_string(last) + "\"";
  CHECK(stale.ask(request("PUT", counter_path("x", "value=12"), "If-Match: " + tag + "\r\n"))
            .status == 412);
}

TEST_CASE("two runs in memory with a clock before 2020 share no version") {
  const auto first_version = [] {
    const server_process server{
        {},
        {.environment = {"LD_PRELOAD=" SHIFTED_CLOCK_LIBRARY,
                         "SHIFTED_CLOCK_SECONDS=" + std::to_string(-40 * 365 * 86'400L)}}};
    return version_of_put(server.port(), 1);
  };
  CHECK(first_version() != first_version());
}
#endif
