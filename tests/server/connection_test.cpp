#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace support;

namespace {

const std::string continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

std::string old_request(const std::string& target, const std::string& fields = {}) {
  return "GET " + target + " HTTP/1.0\r\n" + fields + "\r\n";
}

}  // namespace

TEST_CASE("HTTP/1.0 closes the connection after one request") {
  server_process server;
  for (const std::string fields : {"", "Host: localhost\r\n", "Connection: close\r\n"}) {
    CAPTURE(fields);
    client connection{server.port()};
    const auto answer = connection.ask(old_request("/inc?name=x", fields));
    CHECK(answer.body == "ok\n");
    CHECK(answer.field("Connection") == "close");
    CHECK(connection.read_to_end() == "");
  }
}

TEST_CASE("HTTP/1.0 with keep-alive keeps the connection and confirms it") {
  server_process server;
  client connection{server.port()};
  for (const std::string value : {"keep-alive", "Keep-Alive"}) {
    const auto answer = connection.ask(old_request("/inc?name=x", "Connection: " + value + "\r\n"));
    CHECK(answer.body == "ok\n");
    CHECK(answer.field("Connection") == "keep-alive");
  }
  CHECK(connection.ask(get_request("/get?name=x")).body == "x: 2\n");
  const auto last = connection.ask(old_request("/get?name=x"));
  CHECK(last.field("Connection") == "close");
  CHECK(connection.read_to_end() == "");
}

TEST_CASE("HTTP/1.1 with Connection: close closes the connection and confirms it") {
  server_process server;
  for (const std::string value : {"close", "Close", "keep-alive, close", "foo, close"}) {
    CAPTURE(value);
    client connection{server.port()};
    CHECK_FALSE(connection.ask(get_request("/")).has("Connection"));
    const auto last =
        connection.ask(request("GET", "/inc?name=x", "Connection: " + value + "\r\n"));
    CHECK(last.body == "ok\n");
    CHECK(last.field("Connection") == "close");
    CHECK(connection.read_to_end() == "");
  }
}

TEST_CASE("an error with intact framing keeps the connection") {
  server_process server;
  client connection{server.port()};
  const std::vector<std::pair<std::string, int>> table = {
      {get_request("/get"), 400},
      {get_request("/get?name=%zz"), 400},
      {get_request("/get?name=missing"), 404},
      {get_request("/nowhere"), 404},
      {request("DELETE", "/get?name=x"), 405},
      {request("PUT", "/inc?name=x", "Content-Length: 5\r\n") + "hello", 405},
      {request("POST", "/nowhere", "Transfer-Encoding: chunked\r\n") + "1\r\na\r\n0\r\n\r\n", 404},
      {get_request("/set?name=x&val=9223372036854775807"), 200},
      {get_request("/inc?name=x"), 409},
  };
  for (const auto& [bytes, status] : table) {
    CAPTURE(bytes);
    const auto answer = connection.ask(bytes);
    CHECK(answer.status == status);
    CHECK_FALSE(answer.has("Connection"));
  }
  CHECK(connection.ask(get_request("/")).status == 200);
}

TEST_CASE("a half-closed connection receives its response and an orderly end") {
  server_process server;
  client connection{server.port()};
  connection.send(get_request("/inc?name=x"));
  connection.half_close();
  CHECK(statuses(connection.read_to_end()) == std::vector{200});

  client silent{server.port()};
  silent.half_close();
  CHECK(silent.read_to_end() == "");
}

TEST_CASE("a request whose end never arrives has no effect") {
  const std::string beginnings[] = {
      "G",
      "GET /inc?name=x HTTP/1.1\r\nHost: localhost\r\n",
      "GET /inc?name=x HTTP/1.1\r\nHost: localhost\r\n\r",
      request("POST", "/inc?name=x", "Content-Length: 5\r\n"),
      request("POST", "/inc?name=x", "Content-Length: 5\r\n") + "hell",
      request("POST", "/inc?name=x", "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n",
      request("POST", "/inc?name=x", "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\n",
  };
  server_process server;
  for (const auto& beginning : beginnings) {
    CAPTURE(beginning);
    client half_closed{server.port()};
    half_closed.send(beginning);
    half_closed.half_close();
    CHECK(statuses(half_closed.read_to_end()) == std::vector{400});

    client vanished{server.port()};
    vanished.send(beginning);
    vanished.reset();
    CHECK(get(server.port(), "/get?name=x").status == 404);
  }
}

TEST_CASE("a reset connection affects no other, and returns its permit") {
  server_process server{{"--max-connections", "2"}};
  client bystander{server.port()};
  REQUIRE(bystander.ask(get_request("/set?name=x&val=5")).status == 200);
  for (int i = 0; i < 20; ++i) {
    client vanishing{server.port()};
    vanishing.send(get_request("/get?name=x") + "GET /inc?na");
    if (i % 2 == 0)
      vanishing.is_readable(20'000);
    vanishing.reset();
    CHECK(bystander.ask(get_request("/get?name=x")).body == "x: 5\n");
  }
  // Once the server has noticed the last reset.
  CHECK(get_until(server.port(), "/get?name=x", 200).status == 200);
}

TEST_CASE("100 Continue is sent to a client that waits for it") {
  server_process server;
  client connection{server.port()};
  for (int i = 0; i < 2; ++i) {
    connection.send(
        request("POST", "/inc?name=x", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
    CHECK(connection.read_bytes(continue_line.size()) == continue_line);
    CHECK(connection.ask("hello").body == "ok\n");
  }
  connection.send(
      request("POST", "/inc?name=x", "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n"));
  CHECK(connection.read_bytes(continue_line.size()) == continue_line);
  CHECK(connection.ask("1\r\na\r\n0\r\n\r\n").body == "ok\n");
  CHECK(connection.ask(get_request("/get?name=x")).body == "x: 3\n");
}

TEST_CASE("100 Continue is not sent to a client that does not wait") {
  server_process server;
  const std::string requests[] = {
      request("POST", "/get?name=x", "Expect: 100-continue\r\nContent-Length: 5\r\n") + "hello",
      request("POST", "/get?name=x", "Expect: 100-continue\r\nContent-Length: 0\r\n"),
      request("POST", "/get?name=x", "Expect: 100-continue\r\n"),
      request("POST", "/get?name=x", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n") +
          "0\r\n\r\n",
      "POST /get?name=x HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
  };
  for (const auto& bytes : requests) {
    CAPTURE(bytes);
    client connection{server.port()};
    connection.send(bytes);
    connection.half_close();
    CHECK(statuses(connection.read_to_end()) == std::vector{404});
  }
}
