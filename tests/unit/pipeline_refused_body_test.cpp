#include "http/protocol/pipeline.hpp"
#include "tests/unit/support.hpp"

#include <doctest/doctest.h>

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

using counter::limits;
using http::pipeline;
using step = http::pipeline::step;

namespace {

/// Responds to each request with its target and the size of its body. Refuses the bodies of
/// requests whose target begins with /no.
class peer {
public:
  peer() { connection.decide_on_bodies(); }

  void feed(std::string_view bytes) {
    const std::vector<char> copy(bytes.begin(), bytes.end());
    connection.feed({copy.data(), copy.size()});
    advance();
  }
  void feed_end() {
    connection.feed_end();
    advance();
  }

  /// Returns what the connection needs when all output is sent.
  step take(std::string& output) {
    output += connection.output();
    connection.consume_output(connection.output().size());
    return connection.next_step(true);
  }
  std::string take_bodies() {
    std::string output;
    last_step = take(output);
    bodies_closed = output.find("Connection: close") != output.npos;
    return unit::bodies(unit::answers_in(output));
  }

  int decisions = 0;
  step last_step = step::wait;
  bool bodies_closed = false;

private:
  void advance() {
    while (const auto* request = next())
      connection.complete(
          connection.slot(),
          {http::status::ok, request->target + " " + std::to_string(request->body.size()) + "\n"});
    connection.next_step(false);
  }

  const http::request* next() {
    const auto* request = connection.next_request();
    while (request == nullptr && connection.is_undecided()) {
      ++decisions;
      if (connection.undecided().target.starts_with("/no")) {
        connection.refuse_body();
        return &connection.undecided();
      }
      connection.accept_body();
      request = connection.next_request();
    }
    return request;
  }

  const limits limits_;
  const std::time_t now_ = 0;
  const http::date date_{now_};

public:
  pipeline connection{limits_, date_};
};

std::string post(std::string_view target, std::string_view fields, std::string_view body = "") {
  return unit::request("POST", target, fields) + std::string{body};
}

constexpr std::string_view chunked = "Transfer-Encoding: chunked\r\n";

}  // namespace

TEST_CASE("refuse_body() yields the request before its body arrives") {
  peer peer;
  peer.feed(post("/no", "Content-Length: 1048576\r\n"));
  CHECK(peer.take_bodies() == "/no 0\n");
  CHECK_FALSE(peer.bodies_closed);
  CHECK(peer.last_step == step::read);
  CHECK(peer.connection.awaits() == pipeline::awaited::body);
  // The body is discarded, and the connection goes on.
  const std::string piece(64 * 1024, 'x');
  for (int i = 0; i < 15; ++i)
    peer.feed(piece);
  CHECK(peer.take_bodies() == "");
  peer.feed(piece);
  CHECK(peer.connection.awaits() == pipeline::awaited::request);
  peer.feed(post("/yes", "Content-Length: 5\r\n", "hello") + unit::get("/other"));
  CHECK(peer.take_bodies() == "/yes 5\n/other 0\n");
  CHECK(peer.connection.requests() == 3);
}

TEST_CASE("is_undecided() is true once for each request with a body, and never for others") {
  peer peer;
  peer.feed(unit::get("/a") + unit::get("/no"));
  CHECK(peer.decisions == 0);
  peer.feed(post("/yes", "Content-Length: 3\r\n", "a"));
  CHECK(peer.decisions == 1);
  peer.feed("b");
  CHECK(peer.decisions == 1);
  peer.feed("c");
  peer.feed(post("/yes", "Content-Length: 2\r\n", "a"));
  CHECK(peer.decisions == 2);
  peer.feed("b");
  CHECK(peer.take_bodies() == "/a 0\n/no 0\n/yes 3\n/yes 2\n");
}

TEST_CASE("requests behind one without its body are served wherever the input is split") {
  const auto text = post("/no/1", "Content-Length: 4\r\n", "abcd") + unit::get("/a") +
                    post("/no/2", chunked, "3\r\nxyz\r\n0\r\nTrailer: x\r\n\r\n") +
                    post("/yes", chunked, "3\r\nxyz\r\n0\r\n\r\n") + unit::get("/b");
  for (std::size_t split = 0; split <= text.size() + 1; ++split) {
    CAPTURE(split);
    peer peer;
    unit::feed_split(text, split, [&](std::string_view bytes) { peer.feed(bytes); });
    auto bodies = peer.take_bodies();
    // A body that has arrived with its header is there already.
    for (const auto* whole : {"/no/1 4", "/no/2 3"})
      if (const auto found = bodies.find(whole); found != bodies.npos)
        bodies[found + 6] = '0';
    CHECK(bodies == "/no/1 0\n/a 0\n/no/2 0\n/yes 3\n/b 0\n");
    CHECK(peer.connection.awaits() == pipeline::awaited::request);
    CHECK_FALSE(peer.bodies_closed);
  }
}

TEST_CASE("refuse_body() ends the connection of a peer that waits for 100 Continue") {
  for (const std::string_view framing : {std::string_view{"Content-Length: 4\r\n"}, chunked}) {
    const auto header = post("/no", std::string{framing} + "Expect: 100-continue\r\n");
    const std::string body = framing == chunked ? "4\r\nabcd\r\n0\r\n\r\n" : "abcd";
    const auto text = header + body + unit::get("/inc?name=smuggled");
    for (std::size_t split = 0; split <= text.size() + 1; ++split) {
      CAPTURE(split);
      peer peer;
      std::string output;
      unit::feed_split(text, split, [&](std::string_view bytes) {
        peer.feed(bytes);
        peer.take(output);
      });
      CHECK(output.find("100 Continue") == output.npos);
      const auto answers = unit::answers_in(output);
      REQUIRE(answers.size() == 1);
      CHECK(answers[0].body.starts_with("/no "));
      CHECK(answers[0].closes());
      CHECK(peer.take(output) == step::linger);
    }
  }
  // The client of an accepted request is told to send the body.
  peer peer;
  peer.feed(post("/yes", "Content-Length: 4\r\nExpect: 100-continue\r\n"));
  std::string output;
  peer.take(output);
  CHECK(output == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.feed("abcd");
  CHECK(peer.take_bodies() == "/yes 4\n");
  CHECK_FALSE(peer.bodies_closed);
}

TEST_CASE("whatever is wrong with a body that is discarded ends the connection without a word") {
  struct {
    std::string_view framing;
    std::string body;
  } const cases[] = {
      {chunked, "zz\r\n"},
      {chunked, "1\r\nabc\r\n"},
      {chunked, "fffffff\r\n" + std::string(64 * 1024, 'x')},
  };
  for (const auto& [framing, body] : cases) {
    CAPTURE(body.substr(0, 20));
    peer peer;
    peer.feed(post("/no", framing));
    CHECK(peer.take_bodies() == "/no 0\n");
    for (int i = 0; i < 20 && peer.last_step == step::read; ++i) {
      peer.feed(i == 0 ? body : std::string(64 * 1024, 'x'));
      CHECK(peer.take_bodies() == "");
    }
    CHECK(peer.last_step == step::linger);
    CHECK(peer.connection.refused() != nullptr);
  }
}

TEST_CASE("a peer that does not send what is discarded is cut off without a second response") {
  peer slow;
  slow.feed(post("/no", "Content-Length: 10\r\n"));
  CHECK(slow.take_bodies() == "/no 0\n");
  slow.connection.time_out();
  CHECK(slow.take_bodies() == "");
  CHECK(slow.last_step == step::linger);

  peer ended;
  ended.feed(post("/no", "Content-Length: 10\r\n", "abc"));
  ended.feed_end();
  CHECK(ended.take_bodies() == "/no 0\n");
  CHECK(ended.last_step == step::linger);

  peer drained;
  drained.feed(post("/no", "Content-Length: 10\r\n", "abc"));
  CHECK(drained.take_bodies() == "/no 0\n");
  drained.connection.drain();
  CHECK(drained.take_bodies() == "");
  CHECK(drained.last_step == step::linger);

  peer closing;
  closing.feed(post("/no", "Content-Length: 10\r\nConnection: close\r\n", "abc"));
  CHECK(closing.take_bodies() == "/no 0\n");
  CHECK(closing.bodies_closed);
  CHECK(closing.last_step == step::linger);
}

TEST_CASE("close_after_newest() ends the connection with the response of the newest request") {
  unit::connection peer;
  http::pipeline& connection = peer.pipeline;
  connection.feed("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(connection.next_request() != nullptr);
  connection.close_after_newest();
  connection.complete(connection.slot(), {});
  CHECK(connection.next_request() == nullptr);
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].closes());
  CHECK(connection.next_step(true) == step::linger);
}
