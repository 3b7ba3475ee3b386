#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace support;

namespace {

const std::string x = "/v1/counters/x";

struct refused {
  int status;
  std::string code;
  std::string request;
};

/// Checks that each request is refused as stated, on one connection, and that x does not change.
void check_all(const std::vector<refused>& table) {
  for (const std::string shards : {"1", "4"}) {
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    REQUIRE(connection.ask(request("PUT", x + "?value=7")).status == 201);
    const auto before = connection.ask(get_request(x));
    for (const auto& expected : table) {
      CAPTURE(expected.request.substr(0, 1000));
      const auto response = connection.ask(expected.request);
      CHECK(defect_of_problem(response, expected.status, expected.code) == "");
      CHECK_FALSE(response.has("Connection"));
      const auto after = connection.ask(get_request(x));
      REQUIRE(after.status == 200);
      CHECK(after.body == before.body);
    }
    const auto all = object_of(connection.ask(get_request("/v1/counters")));
    CHECK(all.at("counters").as_array().size() == 1);
  }
}

}  // namespace

TEST_CASE("an invalid name is invalid-name for every method") {
  const std::string paths[] = {"/v1/counters/",
                               "/v1/counters/%",
                               "/v1/counters/%zz",
                               "/v1/counters/x%7",
                               "/v1/counters/%FF",
                               "/v1/counters/%C3",
                               "/v1/counters/%C0%80",
                               "/v1/counters/%ED%A0%80",
                               "/v1/counters/%F4%90%80%80",
                               "/v1/counters/%00",
                               "/v1/counters/x%0A",
                               "/v1/counters/%1F",
                               "/v1/counters/%7F",
                               "/v1/counters/\xC3\xA9",
                               "/v1/counters/x#y",
                               "/v1/counters/?value=1",
                               "http://h/v1/counters/",
                               "/v1/counters/" + std::string(257, 'n'),
                               "/v1/counters/" + encoded(std::string(256, 'n') + "\xC3\xA9")};
  std::vector<refused> table;
  for (const auto& path : paths)
    for (const std::string method : {"GET", "POST", "PUT", "DELETE"})
      table.push_back({400, "invalid-name", request(method, path)});
  check_all(table);
}

TEST_CASE("a malformed query is bad-request, an invalid value is invalid-value") {
  std::vector<refused> table;
  for (const std::string query :
       {"?delta=%zz", "?delta=%", "?delta=%FF", "?%FF=1", "?delta=\xC3\xA9"})
    table.push_back({400, "bad-request", request("POST", x + query)});
  table.push_back({400, "bad-request", with_form("POST", x, "delta=%zz")});
  table.push_back({400, "bad-request", with_form("POST", x, "delta=%FF")});
  for (const std::string parameter : {"delta", "initial", "min", "max", "ttl"})
    for (const std::string value : {"", "+", "-", "+5", "1e3", "0x1", "1.0", "%201", "1%20", "1%00",
                                    "--1", "9223372036854775808", "-9223372036854775809",
                                    "99999999999999999999999", "one", "%EF%BC%91"})
      for (const bool in_form : {false, true}) {
        const auto pair = parameter + "=" + value;
        table.push_back({400, "invalid-value",
                         in_form ? with_form("POST", x, pair) : request("POST", x + "?" + pair)});
      }
  for (const std::string pair :
       {"create=1", "create=TRUE", "create=", "on_limit=stop", "on_limit=", "on_limit=CLAMP",
        "ttl=0", "ttl=-1", "ttl=315360001", "ttl_mode=keep", "ttl_mode=", "delta"})
    table.push_back({400, "invalid-value", request("POST", x + "?" + pair)});
  for (const std::string query : {"?value=", "?value=1e3", "?value=9223372036854775808",
                                  "?value=1&ttl=0", "?value=1&ttl=315360001"})
    table.push_back({400, "invalid-value", request("PUT", x + query)});
  check_all(table);
}

TEST_CASE("an unknown, missing or contradictory parameter is invalid-parameter") {
  std::vector<refused> table;
  for (const std::string query :
       {"?value=1", "?Delta=1", "?delta=1&x=", "?=1", "?name=x", "?min=2&max=1",
        "?ttl_mode=refresh", "?ttl_mode=persist&ttl=5", "?min=-1&max=-2&on_limit=clamp"})
    table.push_back({400, "invalid-parameter", request("POST", x + query)});
  for (const std::string query :
       {"", "?", "?ttl=5", "?value=1&delta=1", "?value=1&ttl_mode=refresh"})
    table.push_back({400, "invalid-parameter", request("PUT", x + query)});
  for (const std::string method : {"GET", "DELETE"})
    for (const std::string query : {"?delta=1", "?value=1", "?a"})
      table.push_back({400, "invalid-parameter", request(method, x + query)});
  table.push_back({400, "invalid-parameter", with_json("POST", x, R"({"value":1})")});
  table.push_back({400, "invalid-parameter", with_form("PUT", x, "ttl=1")});
  table.push_back({400, "invalid-parameter", with_json("DELETE", x, R"({"delta":1})")});
  for (const std::string target : {"/v1/info?a=1", "/openapi.json?a=1", "/v1/counters?name=x"})
    table.push_back({400, "invalid-parameter", get_request(target)});
  table.push_back({400, "invalid-parameter",
                   with_json("POST", "/v1/batch?a=1", R"({"ops":[{"op":"add","name":"x"}]})")});
  check_all(table);
}

TEST_CASE("a duplicate parameter is refused, in query, body or both") {
  std::vector<refused> table;
  for (const std::string query :
       {"?delta=1&delta=1", "?delta=1&ttl=5&%64elta=2", "?on_limit=clamp&max=5&on_limit=clamp"})
    table.push_back({400, "duplicate-parameter", request("POST", x + query)});
  table.push_back({400, "duplicate-parameter", with_form("POST", x, "delta=1&delta=1")});
  table.push_back({400, "duplicate-parameter", with_form("POST", x + "?delta=1", "delta=1")});
  table.push_back(
      {400, "duplicate-parameter", with_json("POST", x + "?delta=1", R"({"delta":1})")});
  table.push_back({400, "duplicate-parameter", with_json("PUT", x, R"({"value":1,"value":1})")});
  table.push_back(
      {400, "duplicate-parameter", with_json("POST", x, R"({"delta":1,"max":9,"d\u0065lta":1})")});
  table.push_back({400, "duplicate-parameter", get_request("/v1/counters?limit=1&limit=1")});
  table.push_back({400, "duplicate-parameter", batch_of(R"({"op":"add","name":"x","name":"x"})")});
  check_all(table);
}

TEST_CASE(
    "malformed JSON and other values than objects are malformed-json, a member of another type is "
    "invalid-value") {
  std::vector<refused> table;
  for (const std::string body : {"{",
                                 "}",
                                 "{}{}",
                                 "{\"delta\":1",
                                 "{\"delta\":1,}",
                                 "{'delta':1}",
                                 "{delta:1}",
                                 "[]",
                                 "1",
                                 "null",
                                 "\"delta\"",
                                 " ",
                                 "{\"delta\":01}",
                                 "{\"delta\":+1}",
                                 "{\"delta\":NaN}",
                                 "{\"delta\":1}//",
                                 "\xEF\xBB\xBF{}",
                                 "{\"delta\":\"\xFF\"}",
                                 "{\"a\x01\":1}",
                                 "{\"a\":[[[[[[[[[]]]]]]]]]}"})
    table.push_back({400, "malformed-json", with_json("POST", x, body)});
  table.push_back(
      {400, "malformed-json", with_json("POST", x, "{\"a\":" + std::string(100'000, '['))});
  for (const std::string value : {"1.0", "1.5", "1e0", "1E2", "\"1\"", "null", "true", "[1]", "{}",
                                  "9223372036854775808", "-9223372036854775809", "1e400"})
    table.push_back({400, "invalid-value", with_json("POST", x, "{\"delta\":" + value + "}")});
  for (const std::string member : {R"("create":"true")", R"("create":1)", R"("on_limit":true)",
                                   R"("ttl":"5")", R"("ttl":0)", R"("ttl_mode":null)"})
    table.push_back({400, "invalid-value", with_json("POST", x, "{" + member + "}")});
  check_all(table);
}

TEST_CASE("a body of another type, or without a type, is 415") {
  std::vector<refused> table;
  for (const std::string type :
       {"", "text/plain", "application/jsonp", "multipart/form-data; boundary=a", "json",
        "application/problem+json", ";application/json"})
    for (const std::string method : {"POST", "PUT", "DELETE"})
      table.push_back({415, "unsupported-media-type", with_body(method, x, type, "{}")});
  table.push_back({415, "unsupported-media-type",
                   with_form("POST", "/v1/batch", R"({"ops":[{"op":"add","name":"x"}]})")});
  check_all(table);
}

TEST_CASE("a malformed entity-tag or Idempotency-Key is refused") {
  std::vector<refused> table;
  for (const std::string tag : {"", "1019", "\"1", "1\"", "\"1\" \"2\"", "*, \"1\"", "\"1\", *",
                                "w/\"1\"", "\"a b\"", ",", "**"})
    for (const std::string field : {"If-Match", "If-None-Match"})
      for (const std::string method : {"GET", "POST", "DELETE"})
        table.push_back({400, "invalid-value", request(method, x, field + ": " + tag + "\r\n")});
  for (const std::string key :
       {"", "\"\"", "a b", "\"a b\"", "\"a", "\"a\"b", "\xC3\xA9", "\"a\\n\""})
    table.push_back({400, "invalid-idempotency-key", request("POST", x, key_field(key))});
  table.push_back(
      {400, "invalid-idempotency-key", request("DELETE", x, key_field(std::string(256, 'k')))});
  table.push_back({400, "invalid-idempotency-key",
                   request("PUT", x + "?value=1", key_field("k") + key_field("k"))});
  table.push_back(
      {400, "invalid-idempotency-key", batch_of(R"({"op":"add","name":"x"})", key_field("a b"))});
  check_all(table);
}

TEST_CASE("a list with invalid parameters is refused") {
  std::vector<refused> table;
  for (const std::string limit : {"", "0", "-1", "1001", "ten", "1.0", "99999999999999999999"})
    table.push_back({400, "invalid-value", get_request("/v1/counters?limit=" + limit)});
  table.push_back(
      {400, "invalid-value", get_request("/v1/counters?prefix=" + std::string(257, 'n'))});
  for (const std::string cursor : {"", "x", "zz", "7", "787", "ff", "%00", "00", "787A"})
    table.push_back({400, "invalid-parameter", get_request("/v1/counters?cursor=" + cursor)});
  table.push_back({400, "invalid-parameter", get_request("/v1/counters?prefix=y&cursor=78")});
  check_all(table);
}

TEST_CASE("an unknown path under /v1 is 404, an unsupported method 405 with Allow") {
  std::vector<refused> table;
  for (const std::string target :
       {"/v1", "/v1/", "/v1/nope", "/v1/counter/x", "/v1/counters/x/y", "/v1/counters/x/",
        "/v1/counters//x", "//v1/counters", "/v1/batch/", "/v1/info/x", "/v1/Counters"})
    for (const std::string method : {"GET", "POST", "DELETE", "OPTIONS", "PATCH"})
      if (target != "//v1/counters")
        table.push_back({404, "no-such-route", request(method, target)});
  check_all(table);

  server_process server;
  client connection{server.port()};
  const struct {
    std::string target, allow;
    std::vector<std::string> methods;
  } known[] = {
      {x, "GET, HEAD, POST, PUT, DELETE, OPTIONS", {"PATCH", "PROPFIND"}},
      {"/v1/counters", "GET, HEAD, OPTIONS", {"POST", "PUT", "DELETE", "PATCH"}},
      {"/v1/batch", "POST, OPTIONS", {"GET", "PUT", "DELETE", "PATCH"}},
      {"/v1/info", "GET, HEAD, OPTIONS", {"POST", "PUT", "DELETE", "PATCH"}},
      {"/openapi.json", "GET, HEAD, OPTIONS", {"POST", "PUT", "DELETE", "PATCH"}},
  };
  for (const auto& [target, allow, methods] : known) {
    CAPTURE(target);
    for (const auto& method : methods) {
      const auto response = connection.ask(request(method, target));
      CHECK(defect_of_problem(response, 405, "method-not-allowed") == "");
      CHECK(response.field("Allow") == allow);
    }
    const auto options = connection.ask(request("OPTIONS", target));
    CHECK(options.status == 204);
    CHECK(options.field("Allow") == allow);
  }
  CHECK(connection.ask(request("HEAD", "/v1/batch")).status == 405);
  CHECK(connection.ask(get_request("/v2/counters/x")).body == "no such page: try /\n");
}

TEST_CASE("the body of a GET is ignored, whatever it is") {
  server_process server;
  client connection{server.port()};
  REQUIRE(connection.ask(request("PUT", x + "?value=7")).status == 201);
  for (const auto& target : {x, std::string{"/v1/counters"}, std::string{"/v1/info"}}) {
    CHECK(connection.ask(with_body("GET", target, "", "}{")).status == 200);
    CHECK(connection.ask(with_json("GET", target, R"({"delta":1})")).status == 200);
  }
  CHECK(value_of(connection, "x") == 7);
}
