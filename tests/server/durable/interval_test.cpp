#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace support;

namespace {

json::value durability_of(const server_process& server) {
  const auto info = object_of(get(server.port(), "/v1/info"));
  CHECK(text_at(info, "store") == "rocksdb");
  return info.at("durability");
}

}  // namespace

TEST_CASE("GET /v1/info has the durability of replies") {
  const temporary_directory disk;
  const auto data = disk / "data";
  CHECK(durability_of(server_process{stored_in(data)}) == parsed(R"({"sync":"always"})"));
  CHECK(durability_of(server_process{stored_in(data, {"--sync", "always"})}) ==
        parsed(R"({"sync":"always"})"));
  CHECK(durability_of(server_process{stored_in(data, {"--sync", "interval"})}) ==
        parsed(R"({"sync":"interval","interval_ms":100})"));
  CHECK(durability_of(
            server_process{stored_in(data, {"--sync", "interval", "--sync-interval", "60s"})}) ==
        parsed(R"({"sync":"interval","interval_ms":60000})"));
}

TEST_CASE("a process that is killed between two syncs at intervals loses nothing") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const words rarely{"--sync", "interval", "--sync-interval", "60s"};
  for (int round = 1; round <= 3; ++round) {
    CAPTURE(round);
    const server_process server{stored_in(data, rarely)};
    client connection{server.port()};
    create_many(connection, "c" + std::to_string(round), 1000);
    for (int i = 0; i < 100; ++i)
      REQUIRE(connection.ask(get_request("/inc?name=x")).body == "ok\n");
    CHECK(value_of(connection, "x") == 100 * round);
    CHECK(list_all(connection, "/v1/counters?prefix=c&limit=1000").size() ==
          std::size_t(1000 * round));
  }
  CHECK(check_of(data).output == report_of(3001, 0));
  // Also with --sync always.
  const server_process server{stored_in(data)};
  CHECK(get(server.port(), "/get?name=x").body == "x: 300\n");
}

TEST_CASE("a start refuses a damaged log that was synced at intervals") {
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    server_process server{stored_in(data, {"--sync", "interval", "--sync-interval", "10ms"})};
    client connection{server.port()};
    // The start can only miss what the commit watermark has.
    const auto watermark = contents_of(data + "/witness");
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    for (int i = 0; i < 200 || (contents_of(data + "/witness") == watermark &&
                                std::chrono::steady_clock::now() < give_up);
         ++i)
      REQUIRE(connection.ask(get_request("/inc?name=x")).body == "ok\n");
  }
  flip(file_of(data, ".log"), 40);
  check_refused(data, {"acknowledged changes are missing"}, {}, {"--sync", "interval"});
}
