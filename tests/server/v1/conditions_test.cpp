#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace support;

namespace {

std::string field(const std::string& name, const std::string& value) {
  return name + ": " + value + "\r\n";
}

/// Returns the current tag of a counter.
std::string tag_of(client& connection, const std::string& name) {
  const auto response = connection.ask(request("HEAD", counter_path(name)));
  return response.status == 200 ? response.field("ETag") : "none";
}

/// Returns a write of each kind to x with these fields.
std::string writes_to_x(int kind, const std::string& fields) {
  const std::string all[] = {request("POST", "/v1/counters/x", fields),
                             request("PUT", "/v1/counters/x?value=5", fields),
                             request("DELETE", "/v1/counters/x", fields)};
  return all[kind];
}

}  // namespace

TEST_CASE("a read with If-None-Match responds as the table says") {
  server_process server;
  client connection{server.port()};
  const auto old = connection.ask(request("PUT", "/v1/counters/x?value=5")).field("ETag");
  const auto now = connection.ask(request("POST", "/v1/counters/x")).field("ETag");
  REQUIRE(old != now);
  const struct {
    std::string tags;
    int status;
  } table[] = {
      {now, 304},
      {"*", 304},
      {old + ", " + now, 304},
      {"\"a\" , ,\t" + now + ",", 304},
      {old, 200},
      {"W/" + now, 200},
      {"\"\"", 200},
      {"\"0" + now.substr(1), 200},
      {"\"18446744073709551616\"", 200},
  };
  for (const auto& [tags, status] : table) {
    CAPTURE(tags);
    const auto response =
        connection.ask(request("GET", "/v1/counters/x", field("If-None-Match", tags)));
    CHECK(response.status == status);
    CHECK(response.field("ETag") == now);
    CHECK(response.field("Cache-Control") == "no-cache");
    CHECK(response.body.empty() == (status == 304));
  }
  CHECK(connection.ask(request("GET", "/v1/counters/y", field("If-None-Match", "*"))).status ==
        404);
}

TEST_CASE("a write whose condition fails is 412 with the state, and changes nothing") {
  server_process server;
  client connection{server.port()};
  const auto old = connection.ask(request("PUT", "/v1/counters/x?value=6")).field("ETag");
  const auto now = connection.ask(request("POST", "/v1/counters/x")).field("ETag");
  const std::string failing[] = {
      field("If-Match", old),
      field("If-Match", "W/" + now),
      field("If-Match", "\"other\", " + old),
      field("If-None-Match", "*"),
      field("If-None-Match", now),
      field("If-Match", now) + field("If-None-Match", "*"),
  };
  for (const auto& fields : failing)
    for (int kind = 0; kind < 3; ++kind) {
      CAPTURE(fields);
      CAPTURE(kind);
      const auto response = connection.ask(writes_to_x(kind, fields));
      CHECK(defect_of_problem(response, 412, "precondition-failed") == "");
      const auto about = object_of(response);
      CHECK(integer_at(about, "value") == 7);
      CHECK("\"" + std::to_string(integer_at(about, "version")) + "\"" == now);
      CHECK(tag_of(connection, "x") == now);
    }
}

TEST_CASE("a condition on an absent counter holds as the table says") {
  server_process server;
  client connection{server.port()};
  for (int kind = 0; kind < 3; ++kind)
    for (const std::string tags : {"*", "\"1\""}) {
      CAPTURE(kind);
      const auto response = connection.ask(writes_to_x(kind, field("If-Match", tags)));
      CHECK(defect_of_problem(response, 412, "precondition-failed") == "");
      CHECK(object_of(response).at("value").is_null());
      CHECK(object_of(response).at("version").is_null());
      CHECK(tag_of(connection, "x") == "none");
    }
  const auto absent = field("If-None-Match", "*");
  CHECK(connection.ask(writes_to_x(2, absent)).status == 404);
  CHECK(connection.ask(writes_to_x(1, absent)).status == 201);
  CHECK(connection.ask(writes_to_x(2, {})).status == 204);
  CHECK(connection.ask(writes_to_x(0, absent)).status == 201);
}

TEST_CASE("a write whose condition holds takes effect") {
  server_process server;
  client connection{server.port()};
  auto now = connection.ask(request("PUT", "/v1/counters/x?value=0")).field("ETag");
  const std::string others = "\"a\",";
  for (const auto& before : {std::string{}, others, others + " W/\"7\" ,"}) {
    const auto response = connection.ask(writes_to_x(0, field("If-Match", before + now)));
    CHECK(response.status == 200);
    CHECK(response.field("ETag") != now);
    now = response.field("ETag");
  }
  CHECK(connection.ask(writes_to_x(0, field("If-None-Match", "\"1\", \"2\""))).status == 200);
  CHECK(connection.ask(writes_to_x(0, field("If-Match", "*"))).status == 200);
  CHECK(value_of(connection, "x") == 5);
  now = tag_of(connection, "x");
  CHECK(connection.ask(writes_to_x(2, field("If-Match", now))).status == 204);
}

TEST_CASE("a version grows with every change, and stays with everything else") {
  const struct {
    std::string request;
    bool is_change;
  } table[] = {
      {request("POST", "/v1/counters/x"), true},
      {request("POST", "/v1/counters/x?delta=0"), false},
      {request("POST", "/v1/counters/x?max=0"), false},
      {request("POST", "/v1/counters/x?max=0&on_limit=clamp&ttl=1000"), false},
      {request("POST", "/v1/counters/x?delta=0&ttl=1000"), true},
      {request("POST", "/v1/counters/x?delta=0&ttl=5000"), false},  // sets an expiry
      {request("POST", "/v1/counters/x?delta=0&ttl_mode=persist"), true},
      {request("POST", "/v1/counters/x?delta=0&ttl_mode=persist"), false},
      {request("PUT", "/v1/counters/x?value=1"), true},
      {request("PUT", "/v1/counters/x?value=1"), true},  // even to the same value
      {get_request("/set?name=x&val=1"), true},
      {get_request("/inc?name=x"), true},
      {get_request("/get?name=x"), false},
      {get_request("/inc?name=other"), false},
  };
  for (const std::string shards : {"1", "4"}) {
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    auto version = [&] { return std::stoll("0" + tag_of(connection, "x").substr(1)); };
    REQUIRE(connection.ask(request("PUT", "/v1/counters/x?value=1")).status == 201);
    auto last = version();
    CHECK(last > 0);
    for (const auto& [asked, is_change] : table) {
      CAPTURE(asked);
      connection.ask(asked);
      const auto now = version();
      CHECK((is_change ? now > last : now == last));
      last = now;
    }
    for (int again = 0; again < 3; ++again) {
      CHECK(connection.ask(request("DELETE", "/v1/counters/x")).status == 204);
      // Other counters take its room meanwhile.
      for (int other = 0; other < 10; ++other)
        connection.ask(get_request("/inc?name=" + std::to_string(again * 10 + other)));
      CHECK(connection.ask(request("POST", "/v1/counters/x")).status == 201);
      CHECK(version() > last);
      last = version();
    }
  }
}
