#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <list>
#include <string>

using namespace support;

namespace {

const std::string x = "/v1/counters/x";

/// Checks a refusal before routing: one line of text, then the connection closes.
void check_last(client& connection, int status) {
  const auto response = connection.read_answer();
  CHECK(response.status == status);
  CHECK(response.field("Content-Type") == "text/plain; charset=utf-8");
  CHECK(response.body.find('\n') == response.body.size() - 1);
  CHECK(response.field("Connection") == "close");
  CHECK(connection.read_to_end() == "");
}

}  // namespace

TEST_CASE("a write refused before routing is one line, ends the connection and changes nothing") {
  const std::string mebibyte_and_one(1024 * 1024 + 1, ' ');
  server_process server;
  client observer{server.port()};
  REQUIRE(observer.ask(request("PUT", x + "?value=7")).status == 201);
  const auto state = observer.ask(get_request(x)).body;
  for (const auto& bytes :
       {with_json("POST", x, mebibyte_and_one), with_json("POST", "/v1/batch", mebibyte_and_one)}) {
    client connection{server.port()};
    connection.send(bytes);
    check_last(connection, 413);
    CHECK(observer.ask(get_request(x)).body == state);
  }
}

TEST_CASE("a slow write under /v1 is 408 and changes nothing") {
  server_process server{{"--header-timeout", "200ms", "--body-timeout", "200ms"}};
  const std::string json = with_json("POST", x, R"({"delta":5})");
  const auto batch = batch_of(R"({"op":"add","name":"x"},{"op":"add","name":"y"})");
  for (const auto& half :
       {json.substr(0, 30), json.substr(0, json.size() - 1), batch.substr(0, batch.size() - 20)}) {
    CAPTURE(half);
    client connection{server.port()};
    connection.send(half);
    check_last(connection, 408);
  }
  CHECK(get(server.port(), x).status == 404);
}

TEST_CASE("a truncated write changes nothing") {
  server_process server;
  const auto whole = with_json("POST", x, R"({"delta":5})", key_field("k"));
  for (std::size_t size = 1; size < whole.size(); size += 7) {
    client connection{server.port()};
    connection.send(whole.substr(0, size));
    connection.half_close();
    check_last(connection, 400);
  }
  CHECK(get(server.port(), x).status == 404);
}

TEST_CASE("a counter over --max-counters is 507 on both APIs, and existing ones go on") {
  for (const std::string shards : {"1", "4"}) {
    server_process server{{"--shards", shards, "--max-counters", "3"}};
    client connection{server.port()};
    REQUIRE(connection.ask(request("PUT", x + "?value=7")).status == 201);
    REQUIRE(connection.ask(request("POST", "/v1/counters/y")).status == 201);
    REQUIRE(connection.ask(get_request("/inc?name=z")).status == 200);
    for (const auto& fields : {std::string{}, key_field("k")}) {
      for (const auto& refused : {request("POST", "/v1/counters/new", fields),
                                  request("PUT", "/v1/counters/new?value=1", fields)})
        CHECK(defect_of_problem(connection.ask(refused), 507, "too-many-counters") == "");
      const auto results = results_of(connection.ask(batch_of(
          R"({"op":"set","name":"new","value":1},{"op":"set","name":"x","value":7})", fields)));
      CHECK(integer_at(results[0], "status") == 507);
      CHECK(text_at(results[0], "code") == "too-many-counters");
      CHECK(integer_at(results[1], "status") == 200);
    }
    CHECK(connection.ask(get_request("/inc?name=new")).status == 507);
    CHECK(connection.ask(get_request("/v1/counters/new")).status == 404);
    CHECK(connection.ask(request("POST", x)).status == 200);
    CHECK(value_of(connection, "x") == 8);
    CHECK(connection.ask(request("DELETE", x)).status == 204);
    CHECK(connection.ask(request("POST", "/v1/counters/new", key_field("k"))).status == 201);
    CHECK(connection.ask(request("POST", x)).status == 507);
  }
}

TEST_CASE("a connection over the limit gets 503 with Retry-After") {
  server_process server{{"--max-connections", "2"}};
  client first{server.port()};
  client second{server.port()};
  REQUIRE(first.ask(request("PUT", x + "?value=7")).status == 201);
  REQUIRE(second.ask(get_request(x)).status == 200);
  client third{server.port()};
  third.send(request("POST", x));
  const auto response = third.read_answer();
  CHECK(response.status == 503);
  CHECK(response.has("Retry-After"));
  CHECK(response.body.find('\n') == response.body.size() - 1);
  CHECK(value_of(first, "x") == 7);
}

TEST_CASE("writes with a body honour Expect: 100-continue") {
  server_process server;
  client connection{server.port()};
  const auto whole = with_json("POST", x, R"({"delta":5})", "Expect: 100-continue\r\n");
  const auto body_begin = whole.find("\r\n\r\n") + 4;
  connection.send(whole.substr(0, body_begin));
  CHECK(connection.read_bytes(25) == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(connection.ask(whole.substr(body_begin)).status == 201);
  CHECK(value_of(connection, "x") == 5);
}
