#include "tests/cases/conditions.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace support;

namespace {

using counter::operation;
using counter::outcome;

const std::string x = "/v1/counters/x";

/// Returns the current tag of a counter.
std::string tag_of(client& connection, const std::string& name) {
  const auto response = connection.ask(request("HEAD", counter_path(name)));
  return response.status == 200 ? response.field("ETag") : "none";
}

/// Returns a line with these versions; empty if there is no field.
std::string field(const std::string& name, cases::versions versions, const std::string& old,
                  const std::string& current) {
  switch (versions) {
    case cases::versions::no_field:
      break;
    case cases::versions::any:
      return name + ": *\r\n";
    case cases::versions::current:
      return name + ": \"a\" , ,\t" + current + ", W/\"7\",\r\n";
    case cases::versions::other:
      return name + ": \"a\", " + old + "\r\n";
    case cases::versions::unknown:
      // Only If-Match compares strongly.
      return name + (name == "If-Match" ? ": W/" + current : ": W/\"a\"") + "\r\n";
  }
  return {};
}

int status_of(outcome outcome, operation operation, bool exists) {
  switch (outcome) {
    case outcome::ok:
      return operation == operation::remove ? 204 : exists ? 200 : 201;
    case outcome::not_modified:
      return 304;
    case outcome::not_found:
      return 404;
    default:
      return 412;
  }
}

}  // namespace

TEST_CASE("a request whose condition fails is 412 or 304 and changes nothing") {
  server_process server;
  client connection{server.port()};
  for (const auto& condition : cases::conditions())
    for (const auto change : {operation::get, operation::set, operation::add, operation::remove})
      for (const bool exists : {true, false}) {
        CAPTURE(condition.description);
        CAPTURE(static_cast<int>(change));
        CAPTURE(exists);
        const auto old = connection.ask(request("PUT", x + "?value=6")).field("ETag");
        const auto current = connection.ask(request("POST", x)).field("ETag");
        REQUIRE(old != current);
        if (!exists)
          REQUIRE(connection.ask(request("DELETE", x)).status == 204);
        const auto fields = field("If-Match", condition.match, old, current) +
                            field("If-None-Match", condition.none_match, old, current);
        constexpr const char* methods[] = {"GET", "PUT", "POST", "DELETE"};
        const auto target = x + (change == operation::set ? "?value=5" : "");
        const auto response =
            connection.ask(request(methods[static_cast<int>(change)], target, fields));
        const auto expected = condition.outcome(change, exists);
        CHECK(response.status == status_of(expected, change, exists));
        if (change == operation::get && response.status < 400) {
          CHECK(response.field("ETag") == current);
          CHECK(response.field("Cache-Control") == "no-cache");
          CHECK(response.body.empty() == (response.status == 304));
        }
        if (response.status == 412) {
          CHECK(defect_of_problem(response, 412, "precondition-failed") == "");
          const auto problem = object_of(response);
          const auto state = without(problem, {"type", "title", "detail", "status", "code"});
          CHECK(state == parsed(exists ? R"({"value":7,"version":)" +
                                             current.substr(1, current.size() - 2) + "}"
                                       : R"({"value":null,"version":null})"));
        }
        if (expected != outcome::ok)
          CHECK(tag_of(connection, "x") == (exists ? current : "none"));
        else if (change == operation::set || change == operation::add)
          CHECK(response.field("ETag") != current);
      }
}

TEST_CASE("if_version is a condition of POST, PUT and DELETE, in a query, a form or JSON") {
  server_process server;
  client connection{server.port()};
  CHECK(connection.ask(request("POST", x + "?if_version=1")).status == 412);
  CHECK(connection.ask(request("POST", x + "?if_version=0")).status == 201);
  CHECK(connection.ask(with_json("PUT", x, R"({"value":5,"if_version":0})")).status == 412);
  const auto version = [&] {
    const auto tag = tag_of(connection, "x");
    return tag.substr(1, tag.size() - 2);
  };
  const auto first = version();
  CHECK(connection.ask(with_form("PUT", x, "value=5&if_version=" + first)).status == 200);
  CHECK(connection.ask(with_form("PUT", x, "value=6&if_version=" + first)).status == 412);
  CHECK(value_of(connection, "x") == 5);
  CHECK(connection.ask(request("DELETE", x + "?if_version=" + first)).status == 412);
  const auto removed =
      connection.ask(with_json("DELETE", x, R"({"if_version":)" + version() + "}"));
  CHECK(removed.status == 204);
  const auto tag = removed.field("ETag");
  CHECK(std::stoll(tag.substr(1)) > std::stoll(first));
  // Nothing has the version of a deletion.
  CHECK(connection.ask(request("POST", x, "If-Match: " + tag + "\r\n")).status == 412);
}

TEST_CASE("if_version is refused beside If-Match and If-None-Match, and on a GET") {
  server_process server;
  client connection{server.port()};
  for (const std::string field : {"If-Match: *\r\n", "If-None-Match: \"1\"\r\n"})
    for (const std::string method : {"POST", "DELETE"})
      CHECK(defect_of_problem(connection.ask(request(method, x + "?if_version=0", field)), 400,
                              "invalid-parameter") == "");
  CHECK(defect_of_problem(connection.ask(get_request(x + "?if_version=0")), 400,
                          "invalid-parameter") == "");
  CHECK(tag_of(connection, "x") == "none");
}

TEST_CASE("a version grows with every change, and stays with everything else") {
  const struct {
    std::string request;
    bool is_change;
  } table[] = {
      {request("POST", x), true},
      {request("POST", x + "?delta=0"), false},
      {request("POST", x + "?max=0"), false},
      {request("POST", x + "?max=0&on_limit=clamp&ttl=1000"), false},
      {request("POST", x + "?delta=0&ttl=1000"), true},
      {request("POST", x + "?delta=0&ttl=5000"), false},  // sets an expiry
      {request("POST", x + "?delta=0&ttl_mode=persist"), true},
      {request("POST", x + "?delta=0&ttl_mode=persist"), false},
      {request("PUT", x + "?value=1"), true},
      {request("PUT", x + "?value=1"), true},  // even to the same value
      {get_request("/set?name=x&val=1"), true},
      {get_request("/inc?name=x"), true},
      {get_request("/get?name=x"), false},
      {get_request("/inc?name=other"), false},
  };
  for (const std::string shards : {"1", "4"}) {
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    auto version = [&] { return std::stoll("0" + tag_of(connection, "x").substr(1)); };
    REQUIRE(connection.ask(request("PUT", x + "?value=1")).status == 201);
    auto last = version();
    CHECK(last > 0);
    for (const auto& [change, is_change] : table) {
      CAPTURE(change);
      connection.ask(change);
      const auto now = version();
      CHECK((is_change ? now > last : now == last));
      last = now;
    }
    for (int again = 0; again < 3; ++again) {
      CHECK(connection.ask(request("DELETE", x)).status == 204);
      // Other counters take its room meanwhile.
      for (int other = 0; other < 10; ++other)
        connection.ask(get_request("/inc?name=" + std::to_string(again * 10 + other)));
      CHECK(connection.ask(request("POST", x)).status == 201);
      CHECK(version() > last);
      last = version();
    }
  }
}

TEST_CASE("If-None-Match takes a tag that a compressing proxy has made weak, If-Match does not") {
  server_process server;
  client connection{server.port()};
  const auto weak = "W/" + connection.ask(request("PUT", x + "?value=1")).field("ETag") + "\r\n";
  CHECK(connection.ask(request("GET", x, "If-None-Match: " + weak)).status == 304);
  CHECK(connection.ask(request("HEAD", x, "If-None-Match: " + weak)).status == 304);
  CHECK(connection.ask(request("POST", x, "If-None-Match: " + weak)).status == 412);
  CHECK(connection.ask(request("DELETE", x, "If-None-Match: \"1\", " + weak)).status == 412);
  CHECK(connection.ask(request("GET", x, "If-Match: " + weak)).status == 412);
  CHECK(connection.ask(request("POST", x, "If-Match: " + weak)).status == 412);
  CHECK(connection.ask(request("GET", x, "Accept: text/plain\r\n")).body == "1\n");
}
