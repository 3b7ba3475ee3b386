#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace support;

namespace {

const std::string has_x = "/v1/counters/x";

/// A request to one counter, and what comes back. `body` is JSON without its
/// version, or empty where there is none.
struct exchange {
  std::string request;
  int status;
  std::string body;
};

/// Every 200 and 201 has its version, in the body and as the tag, and the version
/// grows with each change. Returns the version.
std::int64_t check(client& connection, const exchange& expected) {
  CAPTURE(expected.request);
  const auto response = connection.ask(expected.request);
  CAPTURE(response.body);
  CHECK(response.status == expected.status);
  CHECK(defect_of_fields(response) == "");
  CHECK(response.has("Location") == (response.status == 201));
  const bool is_success = response.status == 200 || response.status == 201;
  const bool is_read =
      expected.request.starts_with("GET ") || expected.request.starts_with("HEAD ");
  CHECK(response.field("Cache-Control") ==
        (is_read && (response.status == 200 || response.status == 304) ? "no-cache" : "no-store"));
  CHECK(response.field("Vary") == (is_read && response.status == 200 ? "Accept" : ""));
  if (expected.body.empty() || response.status != expected.status) {
    CHECK(response.body == "");
    return 0;
  }
  if (!is_success) {
    const auto code = text_at(parsed(expected.body).as_object(), "code");
    CHECK(defect_of_problem(response, expected.status, code) == "");
    CHECK(without(object_of(response), {"type", "title", "detail", "status", "version"}) ==
          parsed(expected.body));
    return 0;
  }
  CHECK(response.field("Content-Type") == "application/json");
  const auto body = object_of(response);
  const auto version = integer_at(body, "version");
  CHECK(response.field("ETag") == "\"" + std::to_string(version) + "\"");
  CHECK(without(body, {"version"}) == parsed(expected.body));
  return version;
}

std::string post(const std::string& name, const std::string& query = {},
                 const std::string& fields = {}) {
  return request("POST", counter_path(name, query), fields);
}

std::string put(const std::string& name, const std::string& query, const std::string& fields = {}) {
  return request("PUT", counter_path(name, query), fields);
}

std::string erase(const std::string& name, const std::string& fields = {}) {
  return request("DELETE", counter_path(name), fields);
}

std::string read(const std::string& name, const std::string& fields = {}) {
  return request("GET", counter_path(name), fields);
}

/// Returns the body of a POST.
std::string added(const std::string& value, const std::string& previous,
                  const std::string& applied) {
  return R"({"name":"x","value":)" + value + R"(,"previous":)" + previous + R"(,"applied":)" +
         applied + R"(,"created":)" + (previous == "null" ? "true" : "false") +
         R"(,"expires_at":null})";
}

std::string replaced(const std::string& value, const std::string& previous) {
  return R"({"name":"x","value":)" + value + R"(,"previous":)" + previous + R"(,"created":)" +
         (previous == "null" ? "true" : "false") + R"(,"expires_at":null})";
}

std::string is_value(const std::string& value) {
  return R"({"name":"x","value":)" + value + R"(,"expires_at":null})";
}

/// Returns the body of a refusal: the code and the current value.
std::string refused(const std::string& code, const std::string& value) {
  return R"({"code":")" + code + R"(","value":)" + value + "}";
}

const std::string not_found = R"({"code":"not-found"})";

}  // namespace

TEST_CASE("POST, PUT, GET and DELETE of a counter respond with its state for each outcome") {
  const std::string most = "9223372036854775807", least = "-9223372036854775808";
  const exchange table[] = {
      {read("x"), 404, not_found},
      {erase("x"), 404, not_found},
      {post("x", "create=false"), 404, not_found},
      {post("x"), 201, added("1", "null", "1")},
      {read("x"), 200, is_value("1")},
      {post("x", "delta=41&create=false"), 200, added("42", "1", "41")},
      {post("x", "delta=0"), 200, added("42", "42", "0")},
      {post("x", "initial=100"), 200, added("43", "42", "1")},
      {post("x", "delta=-50"), 200, added("-7", "43", "-50")},
      {post("x", "delta=%2B7"), 200, added("0", "-7", "7")},
      {put("x", "value=8"), 200, replaced("8", "0")},
      {put("x", "value=0"), 200, replaced("0", "8")},  // read and reset
      {erase("x"), 204, ""},
      {read("x"), 404, not_found},
      {put("x", "value=-3"), 201, replaced("-3", "null")},
      {erase("x"), 204, ""},
      {post("x", "delta=0"), 201, added("0", "null", "0")},
      {erase("x"), 204, ""},
      {post("x", "initial=100&delta=-1"), 201, added("99", "null", "-1")},
      {put("x", "value=" + most), 200, replaced(most, "99")},
      {post("x"), 409, refused("overflow", most)},
      {post("x", "max=" + most), 409, refused("limit-reached", most)},
      {post("x", "max=" + most + "&on_limit=clamp"), 200, added(most, most, "0")},
      {post("x", "delta=-1"), 200, added("9223372036854775806", most, "-1")},
      {put("x", "value=" + least), 200, replaced(least, "9223372036854775806")},
      {post("x", "delta=-1&on_limit=clamp"), 409, refused("overflow", least)},
      {post("x", "delta=" + most), 200, added("-1", least, most)},
      {erase("x"), 204, ""},
      {post("x", "initial=" + most), 409, refused("overflow", "null")},
      {read("x"), 404, not_found},
  };
  server_process server;
  client connection{server.port()};
  for (const auto& expected : table)
    check(connection, expected);
}

TEST_CASE("min and max hold, by reject and by clamp") {
  const exchange table[] = {
      {post("x", "delta=5&max=4"), 409, refused("limit-reached", "null")},
      {post("x", "delta=5&max=5"), 201, added("5", "null", "5")},
      {post("x", "max=5"), 409, refused("limit-reached", "5")},
      {post("x", "delta=-6&min=0"), 409, refused("limit-reached", "5")},
      {post("x", "delta=-5&min=0"), 200, added("0", "5", "-5")},
      {post("x", "delta=-1&min=0&on_limit=clamp"), 200, added("0", "0", "0")},
      {post("x", "delta=9&max=7&on_limit=clamp"), 200, added("7", "0", "7")},
      {post("x", "delta=-99&min=-3&max=3&on_limit=clamp"), 200, added("-3", "7", "-10")},
      {post("x", "delta=1&min=5&max=9&on_limit=clamp"), 200, added("-3", "-3", "0")},
      {post("x", "delta=0&min=5"), 409, refused("limit-reached", "-3")},
      {post("x", "delta=8&min=5&max=5"), 200, added("5", "-3", "8")},
      {erase("x"), 204, ""},
      {post("x", "delta=-1&min=0&on_limit=clamp"), 201, added("0", "null", "0")},
      {erase("x"), 204, ""},
      {post("x", "delta=-1&min=1&on_limit=clamp"), 409, refused("limit-reached", "null")},
      {read("x"), 404, not_found},
  };
  server_process server;
  client connection{server.port()};
  for (const auto& expected : table)
    check(connection, expected);
}

TEST_CASE("parameters come from the query, a form or JSON, or from two of them") {
  const std::string requests[] = {
      post("x", "delta=5&initial=10&max=20&on_limit=clamp&create=true"),
      with_form("POST", has_x, "delta=5&initial=%310&max=2%30&on_limit=clamp&create=true"),
      with_json("POST", has_x,
                R"({"delta":5,"initial":10,"max":20,"on_limit":"clamp","create":true})"),
      with_json("POST", has_x + "?delta=5&initial=10", R"({"max":20,"on_limit":"clamp"})"),
      with_form("POST", has_x + "?max=20&on_limit=cl%61mp", "initial=10&delta=%2B5"),
      with_body("POST", has_x, "Application/JSON; charset=utf-8",
                " {\"delta\" : 5,\r\n\t\"\\u0069nitial\" : 10 } "),
      with_body("POST", has_x + "?delta=5&initial=10", "text/plain", ""),  // no body, no type
  };
  server_process server;
  client connection{server.port()};
  for (const auto& one : requests) {
    check(connection, {one, 201, added("15", "null", "5")});
    check(connection, {erase("x"), 204, ""});
  }
  check(connection, {with_json("PUT", has_x, R"({"value":-9223372036854775808})"), 201,
                     replaced("-9223372036854775808", "null")});
  check(connection,
        {with_form("PUT", has_x, "value=6"), 200, replaced("6", "-9223372036854775808")});
  check(connection, {with_json("DELETE", has_x, "{}"), 204, ""});
}
