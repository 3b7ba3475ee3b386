#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace support;

namespace {

/// A request that would take effect if the server found it inside the carrier.
const std::string smuggled = "GET /inc?name=x HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string length = std::to_string(smuggled.size());
const std::string in_chunk = "25\r\n" + smuggled + "\r\n0\r\n\r\n";

struct attack {
  std::vector<int> statuses;  // any of these
  std::string bytes;          // `smuggled` follows
};

std::string post(const std::string& fields, const std::string& body = {}) {
  return "POST /inc?name=x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

enum class delivery { in_one_piece, bytewise };

void check_refused(std::uint16_t port, const attack& attack, delivery mode) {
  CAPTURE(attack.bytes);
  CAPTURE(static_cast<int>(mode));
  client connection{port};
  if (mode == delivery::bytewise)
    connection.send_bytewise(attack.bytes + smuggled);
  else
    connection.send(attack.bytes + smuggled);
  const auto answer = connection.read_answer();
  CHECK_MESSAGE(std::count(attack.statuses.begin(), attack.statuses.end(), answer.status) == 1,
                answer.status);
  CHECK(answer.field("Connection") == "close");
  CHECK(answer.body.find('\n') == answer.body.size() - 1);
  CHECK(connection.read_to_end() == "");
  CHECK(get(port, "/get?name=x").body == "x: 7\n");
}

template <std::size_t Size>
void check_all_refused(const attack (&attacks)[Size]) {
  server_process server{{"--shards", "4"}};
  REQUIRE(get(server.port(), "/set?name=x&val=7").body == "ok\n");
  for (const auto& attack : attacks)
    for (const auto mode : {delivery::in_one_piece, delivery::bytewise})
      check_refused(server.port(), attack, mode);
}

}  // namespace

TEST_CASE(
    "a transfer coding other than exactly chunked is refused, and nothing behind it takes effect") {
  REQUIRE(smuggled.size() == 0x25);
  const attack attacks[] = {
      {{501}, post("Transfer-Encoding: gzip\r\n")},
      {{501}, post("Transfer-Encoding: identity\r\n")},
      {{501}, post("Transfer-Encoding: xchunked\r\n", in_chunk)},
      {{501}, post("Transfer-Encoding: chunkedx\r\n", in_chunk)},
      {{501}, post("Transfer-Encoding: gzip, chunked\r\n", in_chunk)},
      {{501}, post("Transfer-Encoding: chunked, identity\r\n", in_chunk)},
      {{501}, post("Transfer-Encoding: chunked, chunked\r\n", in_chunk)},
      {{501}, post("Transfer-Encoding: chunked;q=1\r\n", in_chunk)},
      {{501}, post("Transfer-Encoding: \"chunked\"\r\n", in_chunk)},
      {{501}, post("Transfer-Encoding: ,chunked\r\n", in_chunk)},
      {{400, 501},
       post("Transfer-Encoding: \x0b"
            "chunked\r\n",
            in_chunk)},
      {{400, 501}, post("Transfer-Encoding: chunked\x0c\r\n", in_chunk)},
      {{501}, post("Transfer-Encoding:\r\n")},
      {{501}, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", in_chunk)},
      {{501}, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", in_chunk)},
      {{501}, post("Transfer-Encoding: identity\r\ntransfer-encoding: chunked\r\n", in_chunk)},
      {{400}, "POST /inc?name=x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + in_chunk},
      {{400, 501}, "POST /inc?name=x HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n"},
  };
  check_all_refused(attacks);
}

TEST_CASE("contradictory or malformed lengths are refused, and nothing behind them takes effect") {
  const attack attacks[] = {
      {{400}, post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
      {{400}, post("Content-Length: " + length + "\r\nTransfer-Encoding: chunked\r\n", in_chunk)},
      {{400, 501}, post("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n")},
      {{400}, post("Content-Length: 0\r\nContent-Length: " + length + "\r\n")},
      {{400}, post("Content-Length: " + length + "\r\nContent-Length: 0\r\n")},
      {{400}, post("Content-Length: 0\r\nContent-Length: 0\r\n")},
      {{400}, post("Content-Length: 0, 0\r\n")},
      {{400}, post("Content-Length: 0, " + length + "\r\n")},
      {{400}, post("Content-Length: +0\r\n")},
      {{400}, post("Content-Length: -1\r\n")},
      {{400}, post("Content-Length: 0x0\r\n")},
      {{400}, post("Content-Length: 0 0\r\n")},
      {{400}, post("Content-Length: five\r\n")},
      {{400}, post("Content-Length: 1.0\r\n")},
      {{400}, post("Content-Length:\r\n")},
      {{400, 413}, post("Content-Length: 18446744073709551616\r\n")},
      {{400},
       "GET /inc?name=x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"},
  };
  check_all_refused(attacks);
}

TEST_CASE("a request without exactly one Host is refused") {
  const attack attacks[] = {
      {{400}, "GET /inc?name=x HTTP/1.1\r\n\r\n"},
      {{400}, "GET /inc?name=x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
      {{400}, "GET /inc?name=x HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n"},
      {{400}, "GET /inc?name=x HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
      {{400}, "GET /inc?name=x HTTP/1.1\r\nHost: a, b\r\n\r\n"},
      {{400}, "GET /inc?name=x HTTP/1.1\r\nHost : a\r\n\r\n"},
  };
  check_all_refused(attacks);
}

TEST_CASE("folded fields, bare line feeds, NUL and stray spaces are refused") {
  using namespace std::string_literals;
  const attack attacks[] = {
      {{400}, post("A: b\r\n c\r\n")},
      {{400}, post("A: b\r\n\tc\r\n")},
      {{400}, post("A:\r\n b\r\n")},
      {{400}, post("A: b\r\n \r\n")},
      {{400, 501}, post("Transfer-Encoding:\r\n chunked\r\n", in_chunk)},
      {{400}, post("Content-Length:\r\n " + length + "\r\n")},
      {{400}, "POST /inc?name=x HTTP/1.1\r\n A: b\r\nHost: a\r\n\r\n"},
      {{400}, "POST /inc?name=x HTTP/1.1\nHost: a\r\n\r\n"},
      {{400}, "POST /inc?name=x HTTP/1.1\r\nHost: a\n\r\n"},
      {{400}, "POST /inc?name=x HTTP/1.1\r\nHost: a\r\n\n"},
      {{400}, "POST /inc?name=x HTTP/1.1\nHost: a\n\n"},
      {{400}, post("A: b\nContent-Length: 0\r\n")},
      {{400}, post("A: b\rContent-Length: 0\r\n")},
      {{400}, post("A: b\0c\r\n"s)},
      {{400}, post("A\0: b\r\n"s)},
      {{400}, "POST /inc?name=x\0y HTTP/1.1\r\nHost: a\r\n\r\n"s},
      {{400}, post("Content-Length : " + length + "\r\n")},
      {{400}, post("Transfer-Encoding : chunked\r\n", in_chunk)},
      {{400}, post("Content-Length\t: 0\r\n")},
      {{400}, post("A b: c\r\n")},
      {{400}, post(": b\r\n")},
      {{400}, post("no colon\r\n")},
      {{400}, "POST  /inc?name=x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {{400}, "POST /inc?name=x  HTTP/1.1\r\nHost: a\r\n\r\n"},
      {{400}, "POST /inc?name=x y HTTP/1.1\r\nHost: a\r\n\r\n"},
      {{400}, "POST /inc?name=x HTTP/1.1 \r\nHost: a\r\n\r\n"},
      {{400}, " POST /inc?name=x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {{400}, "POST /inc?name=x HTTP/2.0\r\nHost: a\r\n\r\n"},
      {{400}, "POST /inc?name=x HTTP/1.1\r\n\r\n"},
      {{400}, "POST /inc?name=x\r\n\r\n"},
      {{400}, "\x16\x03\x01\x02\r\n\r\n"},
  };
  check_all_refused(attacks);
}

TEST_CASE("CONNECT, TRACE, unknown methods and unknown expectations end the connection") {
  const attack attacks[] = {
      {{405}, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {{405}, "TRACE /inc?name=x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {{501}, "BREW /inc?name=x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {{501}, "get /inc?name=x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {{417}, post("Expect: 200-ok\r\nContent-Length: 0\r\n")},
      {{417}, post("Expect: 100-continue, more\r\nContent-Length: 0\r\n")},
  };
  check_all_refused(attacks);
}

TEST_CASE("a request with a broken chunked body has no effect") {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const attack attacks[] = {
      {{400}, post(chunked, "x\r\n")},
      {{400}, post(chunked, "0x5\r\nhello\r\n0\r\n\r\n")},
      {{400}, post(chunked, "-1\r\n")},
      {{400}, post(chunked, "+1\r\na\r\n0\r\n\r\n")},
      {{400}, post(chunked, "\r\n")},
      {{400}, post(chunked, "5\r\nhello0\r\n\r\n")},
      {{400}, post(chunked, "5\nhello\r\n0\r\n\r\n")},
      {{400}, post(chunked, "5\r\nhello\n0\r\n\r\n")},
      {{400}, post(chunked, "5 5\r\nhello\r\n0\r\n\r\n")},
      {{400, 413}, post(chunked, "10000000000000005\r\nhello\r\n0\r\n\r\n")},
      {{400}, post(chunked, "0\r\nbroken trailer\r\n\r\n")},
  };
  check_all_refused(attacks);
}

TEST_CASE("a refusal follows the responses to earlier requests") {
  server_process server;
  client connection{server.port()};
  connection.send(get_request("/inc?name=x") + post("Transfer-Encoding: gzip\r\n") + smuggled);
  CHECK(statuses(connection.read_to_end()) == std::vector{200, 501});
  CHECK(get(server.port(), "/get?name=x").body == "x: 1\n");
}

TEST_CASE("bytes inside a body are no request, and bytes behind it are") {
  server_process server;
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
      if (mode == delivery::bytewise)
        connection.send_bytewise(first + smuggled);
      else
        connection.send(first + smuggled);
      CHECK(connection.read_answer().body == "x: " + std::to_string(counted) + "\n");
      CHECK(connection.read_answer().body == "ok\n");
      connection.half_close();
      CHECK(connection.read_to_end() == "");
      ++counted;
    }
  CHECK(get(server.port(), "/get?name=x").body == "x: " + std::to_string(counted) + "\n");
}
