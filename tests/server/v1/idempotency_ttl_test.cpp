// Idempotency-Key-TTL, and the records that GET /v1/info counts.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/batch_support.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>
#include <thread>

using namespace support;

namespace {

using std::chrono::steady_clock;

const std::string x = "/v1/counters/x";

std::string keyed(const std::string& key, std::int64_t ttl) {
  return key_field(key) + "Idempotency-Key-TTL: " + std::to_string(ttl) + "\r\n";
}

std::int64_t used(client& connection, const std::string& member = "idempotency_records") {
  const auto info = object_of(connection.ask(get_request("/v1/info")));
  return integer_at(info.at("usage").as_object(), member);
}

/// Waits until there are no more than `count` records.
bool await_records(client& connection, std::int64_t count) {
  const auto end = steady_clock::now() + std::chrono::seconds{60};
  while (used(connection) > count) {
    if (steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return true;
}

/// Every kind of request that takes a key, with this key and TTL. They make eight records.
words every_request(const std::string& key, std::int64_t ttl) {
  const auto fields = keyed(key, ttl);
  return {request("POST", x, fields),
          request("PUT", "/v1/counters/y?value=2", fields),
          request("DELETE", "/v1/counters/z", fields),
          request("POST", "/inc?name=inc", fields),
          request("GET", "/inc?name=get", fields),
          request("POST", "/set?name=set&val=1", fields),
          batch_of(R"({"op":"add","name":"a"},{"op":"get","name":"a"},{"op":"set","name":"b",)"
                   R"("value":1})",
                   fields)};
}

bool is_replayed(const answer& response) {
  return response.has("Idempotency-Replayed") ||
         response.body.find("\"replayed\":true") != std::string::npos;
}

}  // namespace

TEST_CASE("every keyed request is remembered for its Idempotency-Key-TTL, and then makes room") {
  const temporary_directory disk;
  for (const auto& flags : {words{"--idempotency-max", "9", "--shards", "2"},
                            stored_in(disk / "data", {"--idempotency-max", "9"})}) {
    CAPTURE(flags);
    server_process server{flags};
    client connection{server.port()};
    REQUIRE(connection.ask(request("PUT", "/v1/counters/z?value=1")).status == 201);
    const auto lasting = request("POST", x, key_field("lasting"));
    REQUIRE(connection.ask(lasting).status == 201);
    const auto first = steady_clock::now();
    for (const auto& text : every_request("k", 3)) {
      CAPTURE(text);
      const auto response = connection.ask(text);
      CHECK(response.status < 300);
      CHECK_FALSE(is_replayed(response));
    }
    CHECK(used(connection) == 9);
    CHECK(connection.ask(request("POST", x, key_field("more"))).status == 507);
    for (const auto& text : every_request("k", 1'000)) {
      CAPTURE(text);
      // The first TTL counts.
      if (steady_clock::now() - first < std::chrono::milliseconds{2'500})
        CHECK(is_replayed(connection.ask(text)));
    }
    REQUIRE(await_records(connection, 1));
    CHECK(steady_clock::now() - first > std::chrono::milliseconds{2'900});
    REQUIRE(connection.ask(request("PUT", "/v1/counters/z?value=1")).status == 201);
    for (const auto& text : every_request("k", 1'000)) {
      CAPTURE(text);
      const auto response = connection.ask(text);
      CHECK(response.status < 300);
      CHECK_FALSE(is_replayed(response));
    }
    CHECK(used(connection) == 9);
    CHECK(is_replayed(connection.ask(lasting)));
  }
}

TEST_CASE("short Idempotency-Key-TTLs outlive a kill -9 as long as they should, and no longer") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const auto brief = request("POST", x, keyed("brief", 1)),
             longer = request("POST", x, keyed("longer", 1'000)),
             lasting = request("POST", x, key_field("lasting"));
  for (int round = 1; round <= 2; ++round) {
    server_process server{stored_in(data)};
    client connection{server.port()};
    for (const auto& text : {brief, longer, lasting})
      REQUIRE(connection.ask(text).status < 300);
    server.signal(SIGKILL);
    server.wait();
  }
  {
    server_process server{stored_in(data, {"--shards", "2"})};
    client connection{server.port()};
    CHECK(is_replayed(connection.ask(longer)));
    CHECK(is_replayed(connection.ask(lasting)));
    REQUIRE(await_records(connection, 2));
    CHECK(used(connection) == 2);
    CHECK(used(connection, "counters") == 1);
    CHECK(server.stop().exit_code == 0);
  }
  CHECK(check_of(data).output == report_of(1, 2));
}

TEST_CASE("an Idempotency-Key-TTL above --idempotency-ttl is 400 with the maximum") {
  server_process server{{"--idempotency-ttl", "60s"}};
  client connection{server.port()};
  CHECK(connection.ask(request("POST", x, keyed("k", 60))).status == 201);
  const auto refused = connection.ask(request("POST", x, keyed("l", 61)));
  CHECK(defect_of_problem(refused, 400, "invalid-value") == "");
  CHECK(text_at(object_of(refused), "detail").find("from 1 to 60 ") != std::string::npos);
  const auto line = connection.ask(request("POST", "/inc?name=x", keyed("l", 61)));
  CHECK(line.status == 400);
  CHECK(line.body ==
        "Idempotency-Key-TTL must be an integer of seconds from 1 to 60 (--idempotency-ttl)\n");
  CHECK(connection.ask(request("POST", "/inc?name=x", "Idempotency-Key-TTL: 5\r\n")).body ==
        "Idempotency-Key-TTL needs an Idempotency-Key\n");
  CHECK(value_of(connection, "x") == 1);
}

TEST_CASE("GET /v1/info counts the counters and the records of all shards") {
  server_process server{{"--shards", "4", "--max-counters", "5", "--idempotency-max", "6"}};
  client connection{server.port()};
  CHECK(used(connection) == 0);
  CHECK(used(connection, "counters") == 0);
  for (int i = 0; i < 10; ++i) {
    const auto number = std::to_string(i);
    connection.ask(request("POST", "/v1/counters/" + number));
    connection.ask(request("POST", "/v1/counters/1", key_field(number)));
    connection.ask(request("POST", "/v1/counters/1?max=0", key_field("refused" + number)));
  }
  CHECK(used(connection, "counters") == 5);
  CHECK(used(connection) == 6);
  REQUIRE(connection.ask(request("DELETE", "/v1/counters/1")).status == 204);
  CHECK(used(connection, "counters") == 4);
}

TEST_CASE("the key of a batch has one lifetime, that of the first batch with it") {
  for (const bool is_durable : {false, true}) {
    CAPTURE(is_durable);
    temporary_directory directory;
    words flags{"--max-counters", "2", "--shards", "1"};
    if (is_durable)
      flags.insert(flags.end(), {"--data", (directory.path() / "data").string()});
    server_process server{flags};
    client connection{server.port()};
    REQUIRE(connection.ask(request("PUT", "/v1/counters/ballast?value=0")).status == 201);
    const std::string a = R"({"op":"add","name":"a"})", b = R"({"op":"add","name":"b"})";
    const auto short_ttl = key_field("k") + "Idempotency-Key-TTL: 2\r\n";
    const auto long_ttl = key_field("k") + "Idempotency-Key-TTL: 3600\r\n";
    const auto begin = std::chrono::steady_clock::now();
    REQUIRE(statuses_of(ask_batch(connection, a + "," + b, short_ttl)) == std::vector{201, 507});
    const auto bound = std::chrono::steady_clock::now();
    REQUIRE(connection.ask(request("DELETE", "/v1/counters/ballast")).status == 204);
    const auto completed = ask_batch(connection, a + "," + b, long_ttl);
    const auto reordered = connection.ask(batch_of(b + "," + a, long_ttl));
    if (std::chrono::steady_clock::now() - begin < std::chrono::seconds{2}) {
      CHECK(statuses_of(completed) == std::vector{201, 201});
      CHECK(completed[0].contains("replayed"));
      CHECK(reordered.status == 422);
      CHECK(value_of(connection, "b") == 1);
    }
    // What was completed later is forgotten with the rest, not an hour later.
    std::this_thread::sleep_until(bound + std::chrono::milliseconds{2'100});
    CHECK(statuses_of(ask_batch(connection, b + "," + a, long_ttl)) == std::vector{200, 200});
  }
}
