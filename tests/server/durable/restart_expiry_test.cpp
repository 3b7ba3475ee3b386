#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>

using namespace support;

namespace {

using std::chrono::steady_clock;

}  // namespace

TEST_CASE("restarts do not change when a counter expires") {
  const temporary_directory disk;
  const auto data = disk / "data";
  std::string expires_at;
  {
    const server_process server{stored_in(data)};
    client connection{server.port()};
    expires_at = text_at(object_of(connection.ask(request("POST", counter_path("x", "ttl=1000")))),
                         "expires_at");
    REQUIRE(connection.ask(request("POST", counter_path("forever"))).status == 201);
  }
  for (const std::string shards : {"3", "1"}) {
    const server_process server{stored_in(data, {"--shards", shards})};
    client connection{server.port()};
    const auto counter = object_of(connection.ask(get_request(counter_path("x"))));
    CHECK(text_at(counter, "expires_at") == expires_at);
    // The default ttl mode does not change an expiry.
    const auto more = object_of(connection.ask(request("POST", counter_path("x", "ttl=5000"))));
    CHECK(text_at(more, "expires_at") == expires_at);
    CHECK(
        object_of(connection.ask(get_request(counter_path("forever")))).at("expires_at").is_null());
  }
}

TEST_CASE("a counter that expires while no server runs, or before, is gone after a start") {
  const temporary_directory disk;
  const auto data = disk / "data";
  std::int64_t version = 0;
  {
    const server_process server{stored_in(data)};
    client connection{server.port()};
    REQUIRE(connection.ask(request("PUT", counter_path("before", "value=5&ttl=1"))).status == 201);
    REQUIRE(await_absence(connection, "before"));
    const auto last = connection.ask(request("PUT", counter_path("between", "value=5&ttl=1")));
    version = integer_at(object_of(last), "version");
  }
  std::this_thread::sleep_for(std::chrono::milliseconds{1100});
  for (const std::string shards : {"2", "1"}) {
    const server_process server{stored_in(data, {"--shards", shards})};
    client connection{server.port()};
    for (const std::string name : {"before", "between"}) {
      CAPTURE(name);
      CHECK(connection.ask(get_request(counter_path(name))).status == 404);
      CHECK(list_all(connection, "/v1/counters?prefix=be").empty());
      const auto created = connection.ask(request("POST", counter_path(name)));
      CHECK(created.status == 201);
      CHECK(integer_at(object_of(created), "value") == 1);
      CHECK(integer_at(object_of(created), "version") > version);
      REQUIRE(connection.ask(request("DELETE", counter_path(name))).status == 204);
    }
  }
}

TEST_CASE("an expired counter makes room on the disk, too, without a request for it") {
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    const server_process server{stored_in(data)};
    client connection{server.port()};
    for (int i = 0; i < 50; ++i)
      REQUIRE(connection.ask(request("POST", counter_path(std::to_string(i), "ttl=1"))).status ==
              201);
  }
  {
    server_process server{stored_in(data, {"--shards", "2", "--max-counters", "51"})};
    client connection{server.port()};
    REQUIRE(connection.ask(request("POST", counter_path("stays"))).status == 201);
    const auto end = steady_clock::now() + std::chrono::seconds{60};
    // There is room for fifty others only once those are removed.
    int status = 507;
    for (int i = 0; i < 50; ++i)
      while ((status = connection.ask(get_request("/inc?name=n" + std::to_string(i))).status) ==
                 507 &&
             steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    CHECK(status == 200);
    CHECK(server.stop().exit_code == 0);
  }
  CHECK(check_of(data).output == report_of(51, 0));
}

TEST_CASE("restarts do not change when an idempotency key is forgotten") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const auto change = request("POST", counter_path("x"), key_field("k"));
  const words flags{"--idempotency-ttl", "1s", "--idempotency-max", "1"};
  {
    const server_process server{stored_in(data, flags)};
    REQUIRE(client{server.port()}.ask(change).status == 201);
  }
  const server_process server{stored_in(data, flags)};
  client connection{server.port()};
  const auto end = steady_clock::now() + std::chrono::seconds{60};
  auto reply = connection.ask(change);
  while (reply.has("Idempotency-Replayed") && steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    reply = connection.ask(change);
  }
  CHECK(reply.status == 200);
  CHECK_FALSE(reply.has("Idempotency-Replayed"));
  CHECK(value_of(connection, "x") == 2);
}
