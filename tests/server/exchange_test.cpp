#include "tests/cases/text_requests.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

using namespace support;

namespace {

struct exchange {
  std::string target;
  int status;
  std::string body;
};

void check(client& connection, const exchange& expected) {
  CAPTURE(expected.target);
  const auto answer = connection.ask(get_request(expected.target));
  CHECK(answer.status == expected.status);
  CHECK(answer.body == expected.body);
}

/// Checks the rough form of an IMF-fixdate.
bool is_date(const std::string& text) {
  char day[4], month[4], zone[4];
  int number, year, hour, minute, second;
  return text.size() == 29 &&
         std::sscanf(text.c_str(), "%3s, %2d %3s %4d %2d:%2d:%2d %3s", day, &number, month, &year,
                     &hour, &minute, &second, zone) == 8 &&
         year >= 2024 && std::string{zone} == "GMT";
}

}  // namespace

TEST_CASE("/set, /inc and /get are exact to the byte with any number of threads and shards") {
  for (const std::string threads : {"1", "4"})
    for (const std::string shards : {"1", "4"}) {
      CAPTURE(threads);
      CAPTURE(shards);
      server_process server{{"--threads", threads, "--shards", shards}};
      client connection{server.port()};
      check(connection, {"/set?name=x&val=0", 200, "ok\n"});
      check(connection, {"/get?name=x", 200, "x: 0\n"});
      check(connection, {"/inc?name=x", 200, "ok\n"});
      check(connection, {"/get?name=x", 200, "x: 1\n"});
      CHECK(get(server.port(), "/get?name=x").body == "x: 1\n");
    }
}

TEST_CASE("/set, /inc and /get respond with one line for each outcome") {
  server_process server;
  client connection{server.port()};
  const exchange table[] = {
      {"/get?name=x", 404, "x not found\n"},
      {"/inc?name=x", 200, "ok\n"},  // creates it
      {"/get?name=x", 200, "x: 1\n"},
      {"/set?name=x&val=-5", 200, "ok\n"},
      {"/get?name=x", 200, "x: -5\n"},
      {"/inc?name=x", 200, "ok\n"},
      {"/get?name=x", 200, "x: -4\n"},
      {"/set?name=x&val=-1", 200, "ok\n"},
      {"/inc?name=x", 200, "ok\n"},
      {"/get?name=x", 200, "x: 0\n"},
      {"/set?name=x&val=9223372036854775806", 200, "ok\n"},
      {"/inc?name=x", 200, "ok\n"},
      {"/get?name=x", 200, "x: 9223372036854775807\n"},
      {"/inc?name=x", 409, "x would overflow\n"},
      {"/get?name=x", 200, "x: 9223372036854775807\n"},
      {"/set?name=x&val=-9223372036854775808", 200, "ok\n"},
      {"/get?name=x", 200, "x: -9223372036854775808\n"},
      {"/set?name=x&val=%2B5", 200, "ok\n"},
      {"/get?name=x", 200, "x: 5\n"},
      {"/set?val=6&name=x&unknown=1", 200, "ok\n"},
      {"/get?name=%78", 200, "x: 6\n"},
      {"http://example.org/get?name=x", 200, "x: 6\n"},
      {"/inc?name=a%20b", 200, "ok\n"},
      {"/get?name=a+b", 200, "a b: 1\n"},
      {"/inc?name=%E2%82%AC%2F%26%3D%2B", 200, "ok\n"},
      {"/get?name=%E2%82%AC%2F%26%3D%2B", 200, "\xE2\x82\xAC/&=+: 1\n"},
  };
  for (const auto& expected : table)
    check(connection, expected);
}

TEST_CASE("an invalid text request is 400 with one line, and the connection persists") {
  server_process server;
  client connection{server.port()};
  check(connection, {"/set?name=x&val=7", 200, "ok\n"});
  for (const auto& [target, mentions] : cases::bad_text_targets()) {
    CAPTURE(target);
    const auto answer = connection.ask(get_request(target));
    CHECK(answer.status == 400);
    CHECK(answer.body.find(mentions) != answer.body.npos);
    CHECK(answer.body.find('\n') == answer.body.size() - 1);
    CHECK_FALSE(answer.has("Connection"));
  }
  check(connection, {"/get?name=x", 200, "x: 7\n"});
}

TEST_CASE("every response has the common fields") {
  server_process server;
  client connection{server.port()};
  for (const std::string target :
       {"/inc?name=x", "/get?name=x", "/get?name=y", "/get", "/nowhere", "/"}) {
    CAPTURE(target);
    const auto answer = connection.ask(get_request(target));
    CHECK(answer.version == "HTTP/1.1");
    CHECK(is_date(answer.field("Date")));
    CHECK(answer.field("Content-Length") == std::to_string(answer.body.size()));
    CHECK(answer.field("Content-Type") == "text/plain; charset=utf-8");
    CHECK(answer.field("Cache-Control") == "no-store");
    CHECK(answer.field("X-Content-Type-Options") == "nosniff");
    CHECK_FALSE(answer.has("Connection"));
  }
}

TEST_CASE("POST of a text endpoint acts as GET, with parameters in the query") {
  server_process server;
  client connection{server.port()};
  CHECK(connection.ask(request("POST", "/set?name=x&val=3")).body == "ok\n");
  CHECK(connection.ask(request("POST", "/inc?name=x", "Content-Length: 0\r\n")).body == "ok\n");
  CHECK(connection.ask(request("POST", "/get?name=x")).body == "x: 4\n");
}

TEST_CASE("HEAD of a text endpoint has no body and changes nothing") {
  server_process server;
  client connection{server.port()};
  check(connection, {"/set?name=x&val=12", 200, "ok\n"});
  const auto head = connection.ask(request("HEAD", "/get?name=x"));
  CHECK(head.status == 200);
  CHECK(head.field("Content-Length") == "6");
  CHECK(connection.ask(request("HEAD", "/get?name=y")).status == 404);
  CHECK(connection.ask(request("HEAD", "/inc?name=x")).status == 405);
  check(connection, {"/get?name=x", 200, "x: 12\n"});
}

TEST_CASE("an unknown path is 404, and an unsupported method and OPTIONS have Allow") {
  server_process server;
  client connection{server.port()};
  for (const auto& [text, status, allow] : cases::text_requests()) {
    CAPTURE(text);
    const auto answer = connection.ask(text);
    CHECK(answer.status == status);
    CHECK(answer.field("Allow") == allow);
    CHECK(answer.has("Content-Length") == (status != 204));
  }
  check(connection, {"/get?name=x", 404, "x not found\n"});
}
