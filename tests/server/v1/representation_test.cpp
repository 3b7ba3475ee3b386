#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace support;

namespace {

const std::string wants_text = "Accept: text/plain\r\n";
const std::string has_x = "/v1/counters/x";

std::string post(const std::string& name, const std::string& query,
                 const std::string& fields = {}) {
  return request("POST", counter_path(name, query), fields);
}

std::string put(const std::string& name, const std::string& query, const std::string& fields = {}) {
  return request("PUT", counter_path(name, query), fields);
}

std::string read(const std::string& name, const std::string& fields = {}) {
  return request("GET", counter_path(name), fields);
}

}  // namespace

TEST_CASE("Accept: text/plain gets the bare value, and problems as JSON") {
  const struct {
    std::string request;
    int status;
    std::string body;
  } table[] = {
      {put("x", "value=-6", wants_text), 201, "-6\n"},
      {read("x", wants_text), 200, "-6\n"},
      {post("x", "delta=7", wants_text), 200, "1\n"},
      {post("x", "delta=7", "Accept: text/html, text/plain;q=0.5\r\n"), 200, "8\n"},
      {read("x", "Accept: text/plain, */*;q=0\r\n"), 200, "8\n"},
  };
  server_process server;
  client connection{server.port()};
  for (const auto& expected : table) {
    CAPTURE(expected.request);
    const auto response = connection.ask(expected.request);
    CHECK(response.status == expected.status);
    CHECK(response.body == expected.body);
    CHECK(response.field("Content-Type") == "text/plain; charset=utf-8");
    CHECK(response.has("ETag"));
    CHECK(defect_of_fields(response) == "");
  }
  for (const std::string accept :
       {"*/*", "application/json", "text/plain, */*;q=0.1", "text/plain, application/json"}) {
    CAPTURE(accept);
    const auto response = connection.ask(read("x", "Accept: " + accept + "\r\n"));
    CHECK(response.field("Content-Type") == "application/json");
    CHECK(integer_at(object_of(response), "value") == 8);
  }
  CHECK(defect_of_problem(connection.ask(read("y", wants_text)), 404, "not-found") == "");
  CHECK(defect_of_problem(connection.ask(post("x", "max=0", wants_text)), 409, "limit-reached") ==
        "");
}

TEST_CASE("HEAD under /v1 responds as GET does, without the body") {
  server_process server;
  client connection{server.port()};
  REQUIRE(connection.ask(put("x", "value=6")).status == 201);
  for (const std::string name : {"x", "y"}) {
    const auto get = connection.ask(read(name));
    const auto head = connection.ask(request("HEAD", counter_path(name)));
    CHECK(head.status == get.status);
    CHECK(head.field("ETag") == get.field("ETag"));
    CHECK(head.field("Content-Length") == get.field("Content-Length"));
    CHECK(head.field("Content-Type") == get.field("Content-Type"));
    CHECK(head.body == "");
  }
  const auto tag = "If-None-Match: " + connection.ask(read("x")).field("ETag") + "\r\n";
  CHECK(connection.ask(request("HEAD", has_x, tag)).status == 304);
  CHECK(connection.ask(request("HEAD", has_x, wants_text)).field("Content-Length") == "2");
}

TEST_CASE("every valid name has a path, and Location leads there") {
  const std::string names[] = {"x",
                               ".",
                               "..",
                               "a/b",
                               "/",
                               "+",
                               "a b",
                               "%2F",
                               "?#&=",
                               "\xE2\x82\xAC",
                               "\\\"'<",
                               "v1/info",
                               "\xC2\x80\xC2",
                               "~",
                               "\"",
                               "{}",
                               "\xF0\x9F\x98\x80",
                               std::string(256, 'n')};
  server_process server{{"--shards", "4"}};
  client connection{server.port()};
  std::int64_t value = 0;
  for (const auto& name : names) {
    CAPTURE(name);
    const bool is_utf8 = !name.ends_with('\xC2');
    const auto response = connection.ask(put(name, "value=" + std::to_string(++value)));
    CHECK(response.status == (is_utf8 ? 201 : 400));
    if (!is_utf8)
      continue;
    CHECK(text_at(object_of(response), "name") == name);
    // URL parsers remove dot segments.
    const bool is_dots = name == "." || name == "..";
    CHECK(response.field("Location") == (is_dots ? "/get?name=" + name : counter_path(name)));
    CHECK(value_of(connection, name) == value);
    CHECK(connection.ask(get_request("/get?name=" + encoded(name))).body ==
          name + ": " + std::to_string(value) + "\n");
  }
  CHECK(connection.ask(get_request("/v1/counters/a+b")).status == 404);
  CHECK(connection.ask(get_request("/%761/%63ounters/%78")).status == 200);
  CHECK(connection.ask(get_request("http://example.org/v1/counters/x")).status == 200);
}
