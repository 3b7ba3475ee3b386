#include "http/protocol/pipeline.hpp"
#include "counter/limits.hpp"
#include "tests/cases/framing.hpp"
#include "tests/unit/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

using awaited = http::pipeline::awaited;
using cases::repeat;
using counter::limits;
using counter::operation;
using counter::outcome;
using namespace unit;

// -- requests and replies -----------------------------------------------------

TEST_CASE(
    "a pipeline and a dispatcher turn a request into a command, and its reply into a response") {
  connection peer;
  CHECK(peer.pipeline.awaits() == awaited::request);
  const auto commands = peer.feed(get("/set?name=a%20b&val=-5"));
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].operation == operation::set);
  CHECK(commands[0].name == "a b");
  CHECK(commands[0].operand == -5);
  CHECK(peer.pipeline.awaits() == awaited::response);
  CHECK(peer.pipeline.output() == "");

  peer.complete(commands[0], {outcome::ok, -5});
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].status == 200);
  CHECK(answers[0].body == "ok\n");
  CHECK(answers[0].has("Date: Thu, 01 Jan 1970 00:00:00 GMT"));
  CHECK_FALSE(answers[0].closes());
  CHECK(peer.pipeline.awaits() == awaited::request);
  CHECK(peer.wants_input());
  CHECK(peer.next_step() != http::pipeline::step::linger);
}

TEST_CASE("replies completed in any order leave in the order of the requests") {
  std::vector<std::size_t> order(4);
  std::iota(order.begin(), order.end(), 0u);
  do {
    connection peer;
    const auto commands = peer.feed(get("/get?name=a") + get("/get?name=b") + get("/nope") +
                                    get("/get?name=c") + get("/get?name=d"));
    REQUIRE(commands.size() == 4);
    std::string output;
    for (const auto i : order) {
      peer.complete(commands[i], {outcome::ok, static_cast<std::int64_t>(i)});
      output += peer.take_output();
    }
    REQUIRE(bodies(answers_in(output)) == "a: 0\nb: 1\nno such page: try /\nc: 2\nd: 3\n");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a response that needs no store waits for the responses before it") {
  connection peer;
  const auto commands = peer.feed(get("/get?name=a") + get("/nope"));
  REQUIRE(commands.size() == 1);
  CHECK(peer.pipeline.output() == "");
  peer.complete(commands[0], {outcome::not_found});
  CHECK(bodies(peer.take_answers()) == "a not found\nno such page: try /\n");
}

TEST_CASE("a pipeline yields the same requests wherever the input is split") {
  const auto text = get("/inc?name=a") +
                    request("POST", "/set?name=b&val=7", "Content-Length: 3\r\n") + "x=y" +
                    request("POST", "/inc?name=c", "Transfer-Encoding: chunked\r\n") +
                    "1\r\nx\r\n0\r\n\r\n" + get("/get?name=d");
  for (std::size_t split = 0; split <= text.size() + 1; ++split) {
    CAPTURE(split);
    connection peer;
    std::string names;
    auto feed = [&](std::string_view bytes) {
      for (const auto& command : peer.feed(bytes)) {
        names += command.name;
        peer.complete(command);
      }
    };
    feed_split(text, split, feed);
    CHECK(names == "abcd");
    CHECK(bodies(peer.take_answers()) == "ok\nok\nok\nd: 0\n");
    CHECK(peer.pipeline.awaits() == awaited::request);
    CHECK(peer.pipeline.requests() == 4);
  }
}

TEST_CASE("awaits() names each part of a request in turn") {
  connection peer;
  CHECK(peer.pipeline.requests() == 0);
  peer.feed("P");
  CHECK(peer.pipeline.awaits() == awaited::header);
  CHECK(peer.pipeline.requests() == 1);
  peer.feed("OST /inc?name=a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n");
  CHECK(peer.pipeline.awaits() == awaited::body);
  peer.feed("x");
  CHECK(peer.pipeline.awaits() == awaited::body);
  const auto commands = peer.feed("yG");
  REQUIRE(commands.size() == 1);
  CHECK(peer.pipeline.awaits() == awaited::header);  // of the next request
  CHECK(peer.pipeline.requests() == 2);
}

// -- back-pressure ------------------------------------------------------------

TEST_CASE("next_request() yields no more than the pipelining limit") {
  limits few;
  few.pipelined_max = 2;
  connection peer{few};
  auto commands = peer.feed(get("/inc?name=a") + get("/inc?name=b") + get("/inc?name=c") +
                            get("/nope") + get("/inc?name=d"));
  REQUIRE(commands.size() == 2);
  CHECK_FALSE(peer.wants_input());
  CHECK(peer.advance().empty());

  peer.complete(commands[1]);  // complete, but waiting for an earlier response
  CHECK(peer.advance().empty());
  CHECK_FALSE(peer.wants_input());

  peer.complete(commands[0]);
  commands = peer.advance();
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].name == "c");
  CHECK_FALSE(peer.wants_input());  // the 404 counts until c is answered

  peer.complete(commands[0]);
  commands = peer.advance();
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].name == "d");
  CHECK(peer.wants_input());
  peer.complete(commands[0]);
  CHECK(bodies(peer.take_answers()) == "ok\nok\nok\nno such page: try /\nok\n");
}

TEST_CASE("next_step() reads nothing from a peer that does not read, and bounds its output") {
  constexpr std::size_t requests = 2000;
  connection peer;
  peer.feed(repeat(get("/nope"), requests));
  const auto one = answers_in(peer.pipeline.output())[0];
  const auto full = peer.pipeline.output().size();
  CHECK(full >= limits::output_bytes_max);
  CHECK(full < limits::output_bytes_max + one.header.size() + one.body.size());
  CHECK_FALSE(peer.wants_input());
  CHECK(peer.advance().empty());
  CHECK(peer.pipeline.output().size() == full);

  std::size_t answered = 0;
  while (!peer.pipeline.output().empty()) {
    answered += peer.take_answers().size();
    peer.advance();
    CHECK(peer.pipeline.output().size() <= full);
  }
  CHECK(answered == requests);
  CHECK(peer.wants_input());
}

TEST_CASE("next_step() stops reading when unparsed input reaches its limit") {
  limits few;
  few.pipelined_max = 1;
  connection peer{few};
  const auto commands = peer.feed(get("/inc?name=a") + repeat("\r", limits::read_bytes_max));
  REQUIRE(commands.size() == 1);
  CHECK_FALSE(peer.wants_input());
}

// -- Expect: 100-continue -----------------------------------------------------

TEST_CASE("100 Continue is sent once, between the header and the body") {
  const auto header =
      request("POST", "/inc?name=a", "Expect: 100-continue\r\nContent-Length: 2\r\n");
  connection peer;
  peer.feed(header.substr(0, header.size() - 1));
  CHECK(peer.take_output() == "");
  peer.feed(header.substr(header.size() - 1));
  CHECK(peer.take_output() == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.advance();
  peer.feed("x");
  CHECK(peer.take_output() == "");
  const auto commands = peer.feed("y");
  REQUIRE(commands.size() == 1);
  peer.complete(commands[0]);
  CHECK(bodies(peer.take_answers()) == "ok\n");
}

TEST_CASE("100 Continue waits for the responses before it") {
  connection peer;
  const auto commands =
      peer.feed(get("/get?name=a") + get("/get?name=b") +
                request("POST", "/inc?name=c", "Expect: 100-continue\r\nContent-Length: 1\r\n"));
  REQUIRE(commands.size() == 2);
  peer.complete(commands[1]);
  peer.advance();
  CHECK(peer.take_output() == "");
  peer.complete(commands[0]);
  peer.advance();
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].body == "a: 0\n");
  CHECK(answers[1].body == "b: 0\n");
  CHECK(answers[2].header == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(peer.feed("x").size() == 1);
}

TEST_CASE("100 Continue is not sent to a peer that does not wait, or to HTTP/1.0") {
  const std::string cases[] = {
      request("POST", "/inc?name=a", "Expect: 100-continue\r\nContent-Length: 2\r\n") + "xy",
      request("POST", "/inc?name=a", "Expect: 100-continue\r\n"),
      "POST /inc?name=a HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nxy",
  };
  for (const auto& text : cases) {
    CAPTURE(text);
    connection peer;
    CHECK(peer.feed(text).size() == 1);
    CHECK(peer.take_output() == "");
  }
  connection old;
  old.feed("POST /inc?name=a HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(old.take_output() == "");
}

// -- time ---------------------------------------------------------------------

TEST_CASE("time_out() responds 408 once, after the responses before it") {
  connection peer;
  const auto commands = peer.feed(get("/get?name=a") + "GET /inc?na");
  REQUIRE(commands.size() == 1);
  peer.pipeline.time_out();
  peer.pipeline.time_out();
  CHECK(peer.advance().empty());
  CHECK(peer.feed("me=x HTTP/1.1\r\nHost: localhost\r\n\r\n").empty());
  CHECK(peer.pipeline.output() == "");
  CHECK(peer.pipeline.awaits() == awaited::response);

  peer.complete(commands[0]);
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].body == "a: 0\n");
  CHECK_FALSE(answers[0].closes());
  CHECK(answers[1].status == 408);
  CHECK(answers[1].closes());
  CHECK(peer.next_step() == http::pipeline::step::linger);
  check_closed(peer);
}

TEST_CASE("refuse() sends its line, and the connection closes") {
  connection peer;
  peer.pipeline.refuse({http::status::service_unavailable, "too many\n"});
  CHECK(peer.feed(get("/inc?name=a")).empty());
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].status == 503);
  CHECK(answers[0].has("Retry-After: 1"));
  CHECK(answers[0].closes());
  check_closed(peer);
}

TEST_CASE("an empty line between requests is skipped, and is no request") {
  connection peer;
  peer.feed(get("/") + "\r");
  CHECK(peer.take_answers().size() == 1);
  CHECK(peer.pipeline.awaits() == awaited::request);
  CHECK(peer.feed("\n").empty());
  CHECK(peer.pipeline.awaits() == awaited::request);
  CHECK(peer.pipeline.requests() == 1);
  peer.feed(get("/"));
  CHECK(peer.take_answers().size() == 1);
  CHECK(peer.pipeline.requests() == 2);
  peer.feed("\r\n");
  peer.feed_end();
  CHECK(peer.take_output() == "");
  check_closed(peer);
}

TEST_CASE("a peer that asks for keep-alive is told how long, others are not") {
  struct {
    std::string_view version, fields, expected;
  } const cases[] = {
      // Connection lists it (RFC 9110 section 7.6.1).
      {"1.1", "Connection: keep-alive\r\n", "Connection: keep-alive\r\nKeep-Alive: timeout=74\r\n"},
      {"1.0", "Connection: Keep-Alive\r\n", "Connection: keep-alive\r\nKeep-Alive: timeout=74\r\n"},
      {"1.1", "", ""},
      {"1.1", "Connection: close\r\n", ""},
      {"1.1", "Connection: close, keep-alive\r\n", ""},
      {"1.0", "", ""},
  };
  for (const auto& [version, fields, expected] : cases) {
    CAPTURE(fields);
    connection peer;
    peer.feed("GET / HTTP/" + std::string{version} + "\r\nHost: localhost\r\n" +
              std::string{fields} + "\r\n");
    const auto output = peer.take_output();
    CHECK(output.starts_with("HTTP/1.1 200"));
    CHECK((output.find("Keep-Alive:") != output.npos) == !expected.empty());
    CHECK(output.find(expected) != output.npos);
  }
  counter::limits short_timeout;
  short_timeout.idle_timeout = std::chrono::milliseconds{1'500};
  connection peer{short_timeout};
  peer.feed(get("/", "Connection: keep-alive\r\n"));
  CHECK(peer.take_output().find("Keep-Alive:") == std::string::npos);
}
