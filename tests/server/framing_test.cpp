#include "tests/cases/framing.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace support;

namespace {

/// A request that would take effect if the server found it in or behind another one.
const std::string smuggled = "GET /inc?name=x HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string length = std::to_string(smuggled.size());
const std::string in_chunk = "25\r\n" + smuggled + "\r\n0\r\n\r\n";

enum class delivery { in_one_piece, bytewise };

void send(client& connection, const std::string& bytes, delivery mode) {
  if (mode == delivery::bytewise)
    connection.send_bytewise(bytes);
  else
    connection.send(bytes);
}

}  // namespace

TEST_CASE("a request with broken framing is refused, and nothing in or behind it takes effect") {
  server_process server{{"--shards", "4", "--allow-host", "a,h"}};
  REQUIRE(get(server.port(), "/set?name=x&val=7").body == "ok\n");
  for (const auto& [rule, text, code] : cases::refused_requests())
    for (const auto mode : {delivery::in_one_piece, delivery::bytewise}) {
      CAPTURE(rule);
      CAPTURE(text.substr(0, 200));
      CAPTURE(static_cast<int>(mode));
      // Byte by byte, the longest ones would take seconds.
      if (mode == delivery::bytewise && text.size() > 1000)
        continue;
      client connection{server.port()};
      send(connection, text + smuggled, mode);
      const auto response = connection.read_answer();
      CHECK(response.status == static_cast<int>(code));
      CHECK(response.field("Content-Type") == "text/plain; charset=utf-8");
      CHECK(response.field("Connection") == "close");
      CHECK(response.body.find('\n') == response.body.size() - 1);
      CHECK(connection.read_to_end() == "");
      CHECK(get(server.port(), "/get?name=x").body == "x: 7\n");
    }
}

TEST_CASE("a refused message leaves a line in the log at the level debug") {
  server_process server{{"--log-level", "debug", "--allow-host", "a,h"}};
  const std::pair<std::string, std::string> cases[] = {
      {"GET / HTTP/1.1\r\nHost: h\r\nX y\r\n\r\n", "refused a message: 400 malformed request"},
      {"GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x'),
       "refused a message: 431 the header is too long"},
      {"GET / HTTP/3.0\r\n\r\n", "refused a message: 505 the server speaks HTTP/1.1"},
  };
  for (const auto& [text, line] : cases) {
    client connection{server.port()};
    connection.send(text);
    CHECK(server.wait_for_log(line).find(line) != std::string::npos);
  }
  const auto info = get(server.port(), "/v1/info").body;
  CHECK(info.find(R"("refused":{"400":1,"431":1,"505":1}})") != std::string::npos);
}

TEST_CASE("a refusal follows the responses to earlier requests") {
  server_process server{{"--allow-host", "a,h"}};
  client connection{server.port()};
  connection.send(get_request("/inc?name=x") +
                  request("POST", "/inc?name=x", "Transfer-Encoding: gzip, chunked\r\n") +
                  smuggled);
  CHECK(statuses(connection.read_to_end()) == std::vector{200, 501});
  CHECK(get(server.port(), "/get?name=x").body == "x: 1\n");
}

TEST_CASE("bytes inside a body are no request, and bytes behind it are") {
  REQUIRE(smuggled.size() == 0x25);
  server_process server{{"--allow-host", "a,h"}};
  const std::string requests[] = {
      request("POST", "/get?name=x", "Content-Length: " + length + "\r\n") + smuggled,
      request("GET", "/get?name=x", "Content-Length: " + length + "\r\n") + smuggled,
      request("POST", "/get?name=x", "Transfer-Encoding: chunked\r\n") + in_chunk,
      request("GET", "/get?name=x", "Transfer-Encoding: CHUNKED\r\n") + in_chunk,
      request("POST", "/get?name=x", "Transfer-Encoding: chunked\r\n") + "25;extension=\"a\"\r\n" +
          smuggled + "\r\n0;last\r\nTrailer: a\r\nHost: b\r\n\r\n",
  };
  REQUIRE(get(server.port(), "/set?name=x&val=0").status == 200);
  int counted = 0;
  for (const auto& first : requests)
    for (const auto mode : {delivery::in_one_piece, delivery::bytewise}) {
      CAPTURE(first);
      client connection{server.port()};
      send(connection, first + smuggled, mode);
      CHECK(connection.read_answer().body == "x: " + std::to_string(counted) + "\n");
      CHECK(connection.read_answer().body == "ok\n");
      connection.half_close();
      CHECK(connection.read_to_end() == "");
      ++counted;
    }
  CHECK(get(server.port(), "/get?name=x").body == "x: " + std::to_string(counted) + "\n");
}
