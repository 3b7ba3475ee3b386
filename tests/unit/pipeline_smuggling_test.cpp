#include "counter/limits.hpp"
#include "http/protocol/pipeline.hpp"
#include "tests/unit/requests.hpp"
#include "tests/unit/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

using awaited = http::pipeline::awaited;
using counter::limits;
using counter::operation;
using counter::outcome;
using unit::bodies;
using unit::check_closed;
using unit::connection;
using unit::get;
using unit::repeat;
using unit::request;

TEST_CASE("neither a smuggled request nor its carrier is yielded") {
  const auto inner = get("/inc?name=smuggled");
  const auto length = std::to_string(inner.size());
  const std::string outer = "POST /inc?name=own HTTP/1.1\r\nHost: h\r\n";
  struct {
    std::string_view label;
    std::string text;
  } const cases[] = {
      {"unknown coding", outer + "Transfer-Encoding: gzip\r\n\r\n" + inner},
      {"coding that looks like chunked", outer + "Transfer-Encoding: xchunked\r\n\r\n" + inner},
      {"list of codings", outer + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + inner},
      {"two codings", outer +
                          "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"
                          "0\r\n\r\n" +
                          inner},
      {"coding and length", outer + "Content-Length: " + length +
                                "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner},
      {"length and coding", outer +
                                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
                                "0\r\n\r\n" +
                                inner},
      {"unknown coding and length",
       outer + "Transfer-Encoding: gzip\r\nContent-Length: 0\r\n\r\n" + inner},
      {"two lengths",
       outer + "Content-Length: 0\r\nContent-Length: " + length + "\r\n\r\n" + inner},
      {"list of lengths", outer + "Content-Length: 0, " + length + "\r\n\r\n" + inner},
      {"folded coding", outer + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + inner},
      {"folded length", outer + "X: y\r\n Content-Length: " + length + "\r\n\r\n" + inner},
      {"coding in HTTP/1.0",
       "POST /inc?name=own HTTP/1.0\r\nConnection: keep-alive\r\n"
       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
           inner},
      {"space before a colon", outer + "Content-Length : " + length + "\r\n\r\n" + inner},
      {"bare LF in a field", outer + "X: y\nContent-Length: " + length + "\r\n\r\n" + inner},
      {"two hosts", outer + "Host: i\r\n\r\n" + inner},
      {"other expectation", outer + "Expect: x\r\nContent-Length: 0\r\n\r\n" + inner},
      {"chunk without a size", outer + "Transfer-Encoding: chunked\r\n\r\n\r\n" + inner},
      {"chunk that is too long",
       outer + "Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n" + inner},
      {"bare LF in a chunk",
       outer + "Transfer-Encoding: chunked\r\n\r\n0;a=\"\n\"\r\n\r\n" + inner},
      {"CONNECT", "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n" + inner},
      {"TRACE", "TRACE /inc?name=own HTTP/1.1\r\nHost: h\r\n\r\n" + inner},
      {"unknown method", "BREW /inc?name=own HTTP/1.1\r\nHost: h\r\n\r\n" + inner},
      {"body over the limit", outer + "Content-Length: 1048577\r\n\r\n" + inner},
  };
  for (const auto& [label, text] : cases) {
    CAPTURE(label);
    for (std::size_t split = 0; split <= text.size(); ++split) {
      CAPTURE(split);
      connection peer;
      CHECK(peer.feed(text.substr(0, split)).empty());
      CHECK(peer.feed(text.substr(split)).empty());
      const auto answers = peer.take_answers();
      REQUIRE(answers.size() == 1);
      CHECK(answers[0].status >= 400);
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
  const auto commands =
      peer.feed(get("/inc?name=a") + get("/", "Transfer-Encoding: gzip\r\n") + get("/inc?name=b"));
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
