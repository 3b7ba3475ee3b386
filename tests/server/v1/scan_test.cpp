// The greatest values, what is below a prefix, and deleting by prefix.

#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace support;

namespace {

json::object ask(client& connection, std::string_view method, const std::string& target) {
  const auto response = connection.ask(request(method, target));
  CAPTURE(response.body);
  REQUIRE(response.status == 200);
  return object_of(response);
}

std::vector<json::object> counters_of(const json::object& body) {
  std::vector<json::object> counters;
  for (const auto& one : body.at("counters").as_array())
    counters.push_back(one.as_object());
  return counters;
}

void set(client& connection, const std::string& name, std::int64_t value) {
  REQUIRE(
      connection.ask(request("PUT", counter_path(name, "value=" + std::to_string(value)))).status <
      300);
}

}  // namespace

TEST_CASE("GET /v1/top has the greatest values of all shards, as reads have them") {
  const server_process server{{"--shards", "3"}};
  client connection{server.port()};
  create_many(connection, "n", 2500);
  set(connection, "other", INT64_MAX);
  set(connection, "least", INT64_MIN);
  const auto top = ask(connection, "GET", "/v1/top?limit=3");
  CHECK(names_of(counters_of(top)) == words{"other", numbered("n", 2499), numbered("n", 2498)});
  CHECK(integer_at(top, "seen") == 2502);
  for (const auto& one : counters_of(top))
    CHECK(json::value(one) ==
          json::value(object_of(connection.ask(get_request(counter_path(text_at(one, "name")))))));
  const auto below = ask(connection, "GET", "/v1/top?prefix=n&limit=1000");
  const auto names = names_of(counters_of(below));
  REQUIRE(names.size() == 1000);
  CHECK(names.front() == numbered("n", 2499));
  CHECK(names.back() == numbered("n", 1500));
  CHECK(counters_of(ask(connection, "GET", "/v1/top?prefix=nothing")).empty());
  CHECK(connection.ask(request("HEAD", "/v1/top")).status == 200);
}

TEST_CASE("GET /v1/prefixes is a directory whose pages add up") {
  const server_process server{{"--shards", "2"}};
  client connection{server.port()};
  create_many(connection, "page/", 1500);
  create_many(connection, "user/ann/", 3);
  set(connection, "page", 1);
  set(connection, "single", 1);
  for (const std::string limit : {"1", "2", "100"}) {
    std::map<std::string, std::int64_t> groups;
    words singles;
    std::string cursor;
    do {
      const auto page =
          ask(connection, "GET",
              "/v1/prefixes?limit=" + limit + (cursor.empty() ? "" : "&cursor=" + cursor));
      for (const auto& group : page.at("prefixes").as_array())
        groups[text_at(group.as_object(), "prefix")] += integer_at(group.as_object(), "counters");
      for (const auto& one : counters_of(page))
        singles.push_back(text_at(one, "name"));
      cursor = page.at("next_cursor").is_null() ? "" : text_at(page, "next_cursor");
    } while (!cursor.empty());
    CHECK(groups == std::map<std::string, std::int64_t>{{"page/", 1500}, {"user/", 3}});
    CHECK(singles == words{"page", "single"});
  }
  const auto inner = ask(connection, "GET", "/v1/prefixes?prefix=user%2F");
  CHECK(inner.at("prefixes") == parsed(R"([{"prefix":"user/ann/","counters":3}])"));
}

TEST_CASE("DELETE /v1/counters deletes a part of a prefix at a time, and nothing else") {
  const server_process server{{"--shards", "3"}};
  client connection{server.port()};
  create_many(connection, "old/", 2500);
  set(connection, "old", 1);
  set(connection, "older", 1);
  std::vector<std::int64_t> steps;
  for (bool has_more = true; has_more;) {
    const auto step = ask(connection, "DELETE", "/v1/counters?prefix=old%2F&limit=1000");
    steps.push_back(integer_at(step, "deleted"));
    has_more = step.at("has_more").as_bool();
  }
  CHECK(steps == std::vector<std::int64_t>{1000, 1000, 500});
  CHECK(names_of(list_all(connection, "/v1/counters")) == words{"old", "older"});
  CHECK(ask(connection, "DELETE", "/v1/counters?prefix=&limit=1").at("has_more").as_bool());
  CHECK(names_of(list_all(connection, "/v1/counters")) == words{"older"});
}

TEST_CASE("nobody deletes by prefix by mistake") {
  const server_process server;
  client connection{server.port()};
  set(connection, "x", 1);
  for (const std::string target :
       {"/v1/counters", "/v1/counters?prefix=", "/v1/counters?limit=10",
        "/v1/counters?prefix&limit", "/v1/counters?prefix=&limit=0",
        "/v1/counters?prefix=&limit=1001", "/v1/counters?prefix=&limit=10&cursor=61",
        "/v1/counters?prefix=&prefix=&limit=1"}) {
    CAPTURE(target);
    CHECK(connection.ask(request("DELETE", target)).status == 400);
  }
  for (const std::string field : {"If-Match: *\r\n", "If-None-Match: *\r\n",
                                  "Idempotency-Key: k\r\n", "Idempotency-Key-TTL: 5\r\n"}) {
    CAPTURE(field);
    CHECK(
        defect_of_problem(connection.ask(request("DELETE", "/v1/counters?prefix=&limit=10", field)),
                          400, "invalid-parameter") == "");
  }
  CHECK(value_of(connection, "x") == 1);
}

TEST_CASE("who looks at many counters holds up nobody") {
  const server_process server;
  client connection{server.port()};
  create_many(connection, "n", 100'000);
  // A read in between has its turn: the list of the greatest is a hundred pages.
  client other{server.port()};
  connection.send(get_request("/v1/top"));
  other.send(get_request(counter_path(numbered("n", 5))));
  CHECK(other.read_answer().status == 200);
  CHECK(connection.read_answer().status == 200);
  // Who goes away meanwhile leaves nothing behind.
  {
    client gone{server.port()};
    gone.send(get_request("/v1/top"));
    gone.reset();
  }
  CHECK(ask(connection, "GET", "/v1/top?limit=1").at("seen").as_int64() == 100'000);
}
