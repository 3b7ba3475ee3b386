#include "http/protocol/pipeline.hpp"
#include "tests/cases/framing.hpp"
#include "tests/unit/support.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using awaited = http::pipeline::awaited;
using namespace unit;

TEST_CASE("next_request() yields neither a refused request nor the request behind it") {
  for (const auto& [rule, text, code] : cases::refused_requests()) {
    CAPTURE(rule);
    CAPTURE(text.substr(0, 200));
    for (std::size_t split = 0; split <= text.size(); split += text.size() > 1000 ? 499 : 1) {
      CAPTURE(split);
      connection peer;
      CHECK(peer.feed(text.substr(0, split)).empty());
      CHECK(peer.feed(text.substr(split) + get("/inc?name=smuggled")).empty());
      const auto answers = peer.take_answers();
      REQUIRE(answers.size() == 1);
      CHECK(answers[0].status == static_cast<int>(code));
      CHECK(answers[0].closes());
      CHECK(peer.next_step() == http::pipeline::step::linger);
      check_closed(peer);
    }
  }
}

TEST_CASE("a request whose body never arrives is not yielded") {
  const std::string cases[] = {
      request("POST", "/inc?name=x", "Content-Length: 100\r\n"),
      request("POST", "/inc?name=x", "Content-Length: 100\r\n") + get("/inc?name=inner"),
      request("POST", "/inc?name=x", "Transfer-Encoding: chunked\r\n"),
      request("POST", "/inc?name=x", "Transfer-Encoding: chunked\r\n") + "0\r\n",
      "GET /inc?name=x HTTP/1.1\r\nHost: h\r\n",
      "GET /inc?name=x",
  };
  for (const auto& text : cases) {
    CAPTURE(text);
    connection cut;
    CHECK(cut.feed(text).empty());
    CHECK(cut.feed_end().empty());
    auto answers = cut.take_answers();
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].status == 400);
    CHECK(answers[0].closes());
    check_closed(cut);

    connection late;
    CHECK(late.feed(text).empty());
    late.pipeline.time_out();
    CHECK(late.advance().empty());
    answers = late.take_answers();
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].status == 408);
    check_closed(late);
  }
}

TEST_CASE("valid requests before an invalid one are served first") {
  connection peer;
  const auto commands = peer.feed(
      get("/inc?name=a") + get("/", "Transfer-Encoding: gzip, chunked\r\n") + get("/inc?name=b"));
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].name == "a");
  CHECK(peer.pipeline.awaits() == awaited::response);
  CHECK(peer.pipeline.output() == "");
  peer.complete(commands[0]);
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].status == 200);
  CHECK_FALSE(answers[0].closes());
  CHECK(answers[1].status == 501);
  CHECK(answers[1].closes());
  check_closed(peer);
}

TEST_CASE("a refused method gets 405 with Allow") {
  connection peer;
  peer.feed("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].status == 405);
  CHECK(answers[0].has("Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS"));
  check_closed(peer);
}
