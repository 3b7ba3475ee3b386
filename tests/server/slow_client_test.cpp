#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>

using namespace support;

namespace {

/// Sends a byte again and again until a response arrives; slowness is intended.
answer dribble(client& connection, const std::string& beginning) {
  connection.send(beginning);
  for (int i = 0; i < 2000 && !connection.is_readable(/*milliseconds=*/10); ++i)
    connection.send("a");
  // The bytes did not stop before the timeout.
  REQUIRE(connection.is_readable(0));
  return connection.read_answer();
}

const std::string header_beginning = "GET /inc?name=x HTTP/1.1\r\nHost: localhost\r\nDribble: ";
const std::string body_beginning =
    request("POST", "/inc?name=x", "Content-Length: 100000\r\n") + "body";

void check_timed_out(client& connection, const answer& answer) {
  CHECK(answer.status == 408);
  CHECK(answer.field("Connection") == "close");
  CHECK(answer.body.find('\n') == answer.body.size() - 1);
  CHECK(connection.read_to_end() == "");
}

}  // namespace

TEST_CASE("a slow header is 408, and idle connections are not affected") {
  server_process server{{"--header-timeout", "300ms"}};
  client idle{server.port()};
  REQUIRE(idle.ask(get_request("/set?name=x&val=1")).status == 200);

  client dribbling{server.port()};
  check_timed_out(dribbling, dribble(dribbling, header_beginning));
  client stalled{server.port()};
  check_timed_out(stalled, stalled.ask(header_beginning));
  client late{server.port()};
  REQUIRE(late.ask(get_request("/get?name=x")).status == 200);
  check_timed_out(late, dribble(late, header_beginning));

  CHECK(idle.ask(get_request("/get?name=x")).body == "x: 1\n");
}

TEST_CASE("a connection that sends nothing is closed without a response") {
  server_process server{{"--header-timeout", "300ms"}};
  client silent{server.port()};
  CHECK(silent.read_to_end() == "");
}

TEST_CASE("a slow body is 408, and the request has no effect") {
  server_process server{{"--body-timeout", "300ms"}};
  client slow_header{server.port()};
  slow_header.send(header_beginning);
  client idle{server.port()};
  REQUIRE(idle.ask(get_request("/set?name=x&val=1")).status == 200);

  client dribbling{server.port()};
  check_timed_out(dribbling, dribble(dribbling, body_beginning));
  client stalled{server.port()};
  check_timed_out(stalled, stalled.ask(body_beginning));
  client waiting{server.port()};
  waiting.send(request("POST", "/inc?name=x", "Transfer-Encoding: chunked\r\n"));
  check_timed_out(waiting, dribble(waiting, "fffff\r\n"));

  CHECK(idle.ask(get_request("/get?name=x")).body == "x: 1\n");
  CHECK(slow_header.ask("a\r\n\r\n").body == "ok\n");
}

TEST_CASE("a body that arrives slowly but steadily is served, though it takes several timeouts") {
  server_process server{{"--body-timeout", "300ms"}};
  client connection{server.port()};
  // 10 KiB a second, twice the least rate, for four timeouts.
  const std::string piece(512, ' ');
  constexpr int pieces = 24;
  const auto begin = std::chrono::steady_clock::now();
  connection.send(request("POST", "/v1/counters/x",
                          "Content-Type: application/json\r\nContent-Length: " +
                              std::to_string(pieces * piece.size() + 2) + "\r\n"));
  for (int i = 0; i < pieces; ++i) {
    std::this_thread::sleep_until(begin + (i + 1) * std::chrono::milliseconds{50});
    connection.send(piece);
  }
  connection.send("{}");
  CHECK(connection.read_answer().status == 201);
}

TEST_CASE("responses to earlier requests precede the 408 of a slow one") {
  server_process server{{"--header-timeout", "300ms"}};
  client connection{server.port()};
  connection.send(get_request("/inc?name=x") + get_request("/inc?name=x") + header_beginning);
  CHECK(statuses(connection.read_to_end()) == std::vector{200, 200, 408});
}

TEST_CASE("an idle connection is closed without a response, and a busy one is not") {
  server_process server{
      {"--idle-timeout", "300ms", "--header-timeout", "3600", "--body-timeout", "3600"}};
  client in_header{server.port()};
  in_header.send(header_beginning);
  client in_body{server.port()};
  in_body.send(body_beginning);
  client unused{server.port()};

  client idle{server.port()};
  REQUIRE(idle.ask(get_request("/set?name=x&val=1")).status == 200);
  CHECK(idle.read_to_end() == "");

  CHECK(in_header.ask("a\r\n\r\n").body == "ok\n");
  CHECK(in_body.ask(std::string(100'000 - 4, 'a')).body == "ok\n");
  CHECK(unused.ask(get_request("/get?name=x")).body == "x: 3\n");
}

TEST_CASE("a client that does not read responses is held back, then disconnected") {
  server_process server{{"--write-timeout", "300ms"}};
  client reading{server.port()};
  REQUIRE(reading.ask(get_request("/set?name=x&val=1")).status == 200);

  client deaf{server.port(), /*receive_bytes_max=*/4096};
  std::string requests;
  while (requests.size() < 60'000)
    requests += get_request("/get?name=x");
  bool is_cut_off = false;
  // More than all buffers hold: sending blocks, then the connection ends.
  try {
    for (std::size_t sent = 0; sent < 200'000'000; sent += requests.size())
      deaf.send(requests);
  } catch (const connection_reset&) {
    is_cut_off = true;
  }
  CHECK(is_cut_off);

  CHECK(reading.ask(get_request("/get?name=x")).body == "x: 1\n");
}

TEST_CASE("a client that reads slowly receives every response") {
  server_process server;
  client slow{server.port(), /*receive_bytes_max=*/4096};
  std::string requests;
  for (int i = 0; i < 1000; ++i)
    requests += get_request("/inc?name=" + std::string(200, 'n'));
  slow.send(requests);
  slow.half_close();
  int answered = 0;
  for (; answered < 1000; ++answered)
    REQUIRE(slow.read_answer().status == 200);
  CHECK(slow.read_to_end() == "");
}

TEST_CASE("a client that pipelines everything and reads late receives every response") {
  // From all responses in the send buffer, over some in the server, to some requests
  // unread: each must go on when there is room again.
  for (const int count : {1000, 1500, 2000, 2500, 3000, 4000, 6000}) {
    CAPTURE(count);
    server_process server{{"--threads", "1"}};
    client late{server.port(), /*receive_bytes_max=*/4096};
    std::string requests;
    for (int i = 0; i < count; ++i)
      requests += get_request("/inc?name=x");
    late.send(requests);
    std::this_thread::sleep_for(std::chrono::milliseconds{200});  // lateness is intended
    int answered = 0;
    while (answered < count && late.read_answer().status == 200)
      ++answered;
    CHECK(answered == count);
  }
}

TEST_CASE("a client that reads for longer than the write timeout receives every response") {
  server_process server{{"--write-timeout", "300ms"}};
  client slow{server.port(), /*receive_bytes_max=*/4096};
  constexpr int count = 3000;
  std::string requests;
  for (int i = 0; i < count; ++i)
    requests += get_request("/get?name=" + std::string(250, 'n'));
  // Before the server holds it back: it takes as much as a full send buffer.
  std::jthread sending{[&] { slow.send(requests); }};
  const auto began = std::chrono::steady_clock::now();
  int answered = 0;
  for (; answered < count; ++answered) {
    REQUIRE(slow.read_answer().status == 404);
    if (answered % 100 == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds{50});  // slowness is intended
  }
  CHECK(std::chrono::steady_clock::now() - began > std::chrono::milliseconds{900});
}
