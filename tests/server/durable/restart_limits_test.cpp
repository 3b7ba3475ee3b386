#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace support;

namespace {

std::string post(const std::string& name, const std::string& key = {}) {
  return request("POST", counter_path(name), key.empty() ? "" : key_field(key));
}

}  // namespace

TEST_CASE("--max-counters counts counters of earlier runs") {
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    const server_process server{stored_in(data, {"--max-counters", "10", "--shards", "2"})};
    client connection{server.port()};
    for (int i = 0; i < 10; ++i)
      REQUIRE(connection.ask(post("c" + std::to_string(i))).status == 201);
  }
  struct {
    std::string counters, shards;
    int room;
  } const table[] = {{"10", "1", 0}, {"4", "3", 0}, {"1", "1", 0}, {"12", "2", 2}};
  for (const auto& [counters, shards, room] : table) {
    CAPTURE(counters);
    const server_process server{stored_in(data, {"--max-counters", counters, "--shards", shards})};
    client connection{server.port()};
    // Existing counters can be changed, even if there are more than the limit.
    for (int i = 0; i < 10; ++i)
      CHECK(connection.ask(post("c" + std::to_string(i))).status == 200);
    for (int i = 0; i < room; ++i)
      CHECK(connection.ask(post("n" + std::to_string(i))).status == 201);
    CHECK(defect_of_problem(connection.ask(post("new")), 507, "too-many-counters") == "");
    CHECK(connection.ask(get_request("/inc?name=new")).status == 507);
    CHECK(list_all(connection, "/v1/counters").size() == std::size_t(10 + room));
  }
  const server_process server{stored_in(data, {"--max-counters", "11"})};
  client connection{server.port()};
  CHECK(value_of(connection, "c0") == 5);
  // There is room again once there are fewer than the limit.
  REQUIRE(connection.ask(request("DELETE", counter_path("c0"))).status == 204);
  CHECK(connection.ask(post("new")).status == 507);
  REQUIRE(connection.ask(request("DELETE", counter_path("c1"))).status == 204);
  CHECK(connection.ask(post("new")).status == 201);
  CHECK(connection.ask(post("newer")).status == 507);
}

TEST_CASE("--idempotency-max counts keys of earlier runs") {
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    const server_process server{stored_in(data, {"--idempotency-max", "3"})};
    client connection{server.port()};
    for (const std::string key : {"1", "2", "3"})
      REQUIRE(connection.ask(post("x" + key, key)).status == 201);
  }
  for (const std::string most : {"3", "1", "0"}) {
    CAPTURE(most);
    const server_process server{stored_in(data, {"--idempotency-max", most, "--shards", "2"})};
    client connection{server.port()};
    for (const std::string key : {"1", "2", "3"})
      CHECK(connection.ask(post("x" + key, key)).field("Idempotency-Replayed") == "true");
    CHECK(defect_of_problem(connection.ask(post("x1", "4")), 507, "idempotency-store-full") == "");
    CHECK(connection.ask(post("plain")).status < 300);
  }
  {
    const server_process server{stored_in(data, {"--idempotency-max", "4"})};
    client connection{server.port()};
    CHECK(connection.ask(post("x1", "4")).status == 200);
    CHECK(connection.ask(post("x1", "5")).status == 507);
  }
  CHECK(check_of(data).output == report_of(4, 4));
}
