#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <thread>

using namespace support;

namespace {

using std::chrono::steady_clock;

json::value expiry_of(client& connection, const std::string& request) {
  return object_of(connection.ask(request)).at("expires_at");
}

std::string post(const std::string& query) {
  return request("POST", "/v1/counters/x?" + query);
}

}  // namespace

TEST_CASE("ttl_mode retains, renews or removes an expiry") {
  server_process server;
  client connection{server.port()};
  const auto first = expiry_of(connection, post("ttl=1000"));
  REQUIRE(first.is_string());
  const std::string expiry{first.as_string().data(), first.as_string().size()};
  auto form = expiry;
  std::replace_if(
      form.begin(), form.end(), [](char c) { return c >= '0' && c <= '9'; }, '0');
  CHECK(form == "0000-00-00T00:00:00.000Z");

  // At the right time, within the duration of the request. In ISO 8601 text
  // compares as time does.
  const auto now = std::time(nullptr);
  auto at = [](std::time_t time) {
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", std::gmtime(&time));
    return std::string{text};
  };
  CHECK(expiry > at(now + 1000 - 60));
  CHECK(expiry < at(now + 1000 + 2));

  CHECK(expiry_of(connection, post("ttl=5000")) == first);  // a fixed window keeps its expiry
  CHECK(expiry_of(connection, post("ttl=5000&ttl_mode=if_absent")) == first);
  CHECK(expiry_of(connection, post("delta=3")) == first);
  CHECK(expiry_of(connection, post("max=0&on_limit=clamp&ttl=9000&ttl_mode=refresh")) == first);
  CHECK(expiry_of(connection, post("max=0&on_limit=clamp&ttl_mode=persist")) == first);
  CHECK(expiry_of(connection, get_request("/v1/counters/x")) == first);
  const auto later = expiry_of(connection, post("delta=0&ttl=5000&ttl_mode=refresh"));
  CHECK(later.as_string() > first.as_string());
  const auto sooner = expiry_of(connection, post("ttl=100&ttl_mode=refresh"));
  CHECK(sooner.as_string() < first.as_string());
  CHECK(expiry_of(connection, post("ttl_mode=persist")).is_null());
  CHECK(expiry_of(connection, get_request("/v1/counters/x")).is_null());
  CHECK(expiry_of(connection, post("ttl=315360000")).is_string());

  CHECK(expiry_of(connection, request("PUT", "/v1/counters/x?value=1&ttl=1000")).is_string());
  CHECK(connection.ask(get_request("/inc?name=x")).status == 200);
  CHECK(expiry_of(connection, get_request("/v1/counters/x")).is_string());
  CHECK(expiry_of(connection, request("PUT", "/v1/counters/x?value=1")).is_null());
  CHECK(expiry_of(connection, post("ttl=1000")).is_string());
  CHECK(connection.ask(get_request("/set?name=x&val=1")).status == 200);
  CHECK(expiry_of(connection, get_request("/v1/counters/x")).is_null());
}

TEST_CASE("a limit-reached of a counter that expires says when it begins again") {
  server_process server;
  client connection{server.port()};
  const auto expiry = expiry_of(connection, post("ttl=100&max=1"));
  const auto refused = connection.ask(post("ttl=100&max=1"));
  CHECK(refused.status == 409);
  CHECK(object_of(refused).at("expires_at") == expiry);
  std::tm parts{};
  REQUIRE(strptime(refused.field("Retry-After").c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  const auto wait = timegm(&parts) - std::time(nullptr);
  CHECK(wait > 90);
  CHECK(wait <= 101);
  // In a batch, and without an expiry.
  const auto batch = connection.ask(with_body("POST", "/v1/batch", "application/json",
                                              R"({"ops":[{"op":"add","name":"x","max":1}]})"));
  CHECK(object_of(batch).at("results").at(0).at("expires_at") == expiry);
  REQUIRE(connection.ask(post("ttl_mode=persist&delta=0")).status == 200);
  const auto lasting = connection.ask(post("max=1"));
  CHECK(lasting.status == 409);
  CHECK_FALSE(object_of(lasting).contains("expires_at"));
  CHECK_FALSE(lasting.has("Retry-After"));
}

TEST_CASE("an expired counter is absent everywhere, and can be created anew") {
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(shards);
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    const std::string names[] = {"get", "put", "post", "delete", "inc", "set", "list", "batch"};
    for (const auto& name : names)
      REQUIRE(connection.ask(request("PUT", counter_path(name, "value=70&ttl=1"))).status == 201);
    // The last counter: when it has expired, all have.
    REQUIRE(connection.ask(request("PUT", "/v1/counters/last?value=70&ttl=1")).status == 201);
    REQUIRE(connection.ask(request("PUT", "/v1/counters/kept?value=70&ttl=3600")).status == 201);
    REQUIRE(await_absence(connection, "last"));

    const auto listed = object_of(connection.ask(get_request("/v1/counters"))).at("counters");
    REQUIRE(listed.as_array().size() == 1);
    CHECK(text_at(listed.as_array()[0].as_object(), "name") == "kept");
    CHECK(connection.ask(get_request("/get?name=get")).body == "get not found\n");
    CHECK(connection.ask(request("DELETE", counter_path("delete"))).status == 404);
    CHECK(connection.ask(get_request("/inc?name=inc")).status == 200);
    CHECK(connection.ask(get_request("/get?name=inc")).body == "inc: 1\n");
    const auto put = connection.ask(request("PUT", counter_path("put", "value=5")));
    CHECK(put.status == 201);
    CHECK(object_of(put).at("previous").is_null());
    const auto post = connection.ask(request("POST", counter_path("post")));
    CHECK(post.status == 201);
    CHECK(integer_at(object_of(post), "value") == 1);
    CHECK(object_of(post).at("expires_at").is_null());
    const auto results = results_of(connection.ask(
        batch_of(R"({"op":"get","name":"batch"},{"op":"add","name":"batch","if_version":0})")));
    CHECK(integer_at(results[0], "status") == 404);
    CHECK(integer_at(results[1], "status") == 201);
    CHECK(value_of(connection, "kept") == 70);
  }
}

TEST_CASE("a fixed window starts again after it has ended") {
  server_process server;
  client connection{server.port()};
  for (int window = 0; window < 2; ++window) {
    const auto begun = connection.ask(post("ttl=1"));
    CHECK(begun.status == 201);
    CHECK(integer_at(object_of(begun), "value") == 1);
    REQUIRE(await_absence(connection, "x"));
  }
}

TEST_CASE("expired counters make room for others") {
  server_process server{{"--max-counters", "2"}};
  client connection{server.port()};
  REQUIRE(connection.ask(request("PUT", "/v1/counters/a?value=1&ttl=1")).status == 201);
  REQUIRE(connection.ask(request("PUT", "/v1/counters/b?value=1")).status == 201);
  REQUIRE(await_absence(connection, "a"));
  CHECK(connection.ask(request("PUT", "/v1/counters/c?value=1")).status == 201);
  CHECK(defect_of_problem(connection.ask(request("PUT", "/v1/counters/d?value=1")), 507,
                          "too-many-counters") == "");
}
