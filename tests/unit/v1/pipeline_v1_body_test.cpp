#include "http/protocol/pipeline.hpp"
#include "tests/unit/v1/pipeline_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

using awaited = http::pipeline::awaited;
using unit::batch;
using unit::command_of;
using unit::connection;
using unit::get;
using unit::post;
using unit::read_of;
using unit::request;
using unit::three_operations;

TEST_CASE("a pipeline yields the same bodies wherever the input is split") {
  const std::string json = R"({"delta":5,"min":-1})";
  const auto text = post("/v1/counters/a", "application/json", json) +
                    post("/v1/counters/b", "application/x-www-form-urlencoded", "delta=5&min=-1") +
                    request("POST", "/v1/counters/c",
                            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n") +
                    "7;x=y\r\n" + json.substr(0, 7) + "\r\nd\r\n" + json.substr(7) +
                    "\r\n0\r\nX: y\r\n\r\n" +
                    post("/v1/counters/d?delta=5", "application/json", R"({"min":-1})");
  REQUIRE(json.size() == 7 + 0xd);
  for (std::size_t split = 0; split <= text.size() + 1; ++split) {
    CAPTURE(split);
    connection peer;
    std::string names;
    auto feed = [&](std::string_view bytes) {
      for (const auto& taken : peer.feed(bytes)) {
        names += command_of(taken).name;
        CHECK(command_of(taken).parameters ==
              counter::parameters{.operation = counter::operation::add, .operand = 5, .min = -1});
        peer.answer_to(taken, read_of(1));
      }
    };
    unit::feed_split(text, split, feed);
    CHECK(names == "abcd");
    CHECK(peer.take_answers().size() == 4);
    CHECK(peer.pipeline.awaits() == awaited::request);
  }
}

TEST_CASE("a pipeline carries no field or body over to the next request") {
  connection peer;
  const auto taken =
      peer.feed(post("/v1/counters/a", "application/json", R"({"delta":5})",
                     "Accept: text/plain\r\nIdempotency-Key: k\r\nidempotency-key-ttl: \t60 \r\n"
                     "If-Match: \"1\"\r\n") +
                request("POST", "/v1/counters/b"));
  REQUIRE(taken.size() == 2);
  CHECK(command_of(taken[0]).parameters.operand == 5);
  CHECK(command_of(taken[0]).idempotency_key == "k");
  CHECK(command_of(taken[0]).idempotency_ttl == std::chrono::seconds{60});
  CHECK(command_of(taken[0]).condition.if_match.has_value());
  CHECK(command_of(taken[1]).parameters.operand == 1);
  CHECK(command_of(taken[1]).idempotency_key == "");
  CHECK(command_of(taken[1]).idempotency_ttl == std::nullopt);
  CHECK(command_of(taken[1]).condition == counter::condition{});
  peer.answer_to(taken[0], read_of(1));
  peer.answer_to(taken[1], read_of(2));
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].body == "1\n");
  CHECK(unit::member(answers[1].body, "value") == "2");
}

TEST_CASE("a pipeline reads and ignores the body of a GET") {
  connection peer;
  const auto taken = peer.feed(
      request("GET", "/v1/counters/a", "Content-Length: 4\r\nContent-Type: image/png\r\n") +
      "GET " + request("HEAD", "/v1/counters/b", "Transfer-Encoding: chunked\r\n") +
      "1\r\n{\r\n0\r\n\r\n" + get("/v1/counters/c"));
  REQUIRE(taken.size() == 3);
  CHECK(command_of(taken[0]).name == "a");
  CHECK(command_of(taken[1]).name == "b");
  CHECK(command_of(taken[2]).name == "c");
}

TEST_CASE("a batch that expects 100 Continue receives it, then its response") {
  connection peer;
  const auto text = batch("Expect: 100-continue\r\n");
  const auto header = text.size() - three_operations.size();
  CHECK(peer.feed(text.substr(0, header)).empty());
  CHECK(peer.take_output() == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(peer.pipeline.awaits() == awaited::body);
  const auto taken = peer.feed(text.substr(header));
  REQUIRE(taken.size() == 1);
  CHECK(list_of(taken[0]).size() == 3);
  peer.answer_to(taken[0], counter::reply_list(3, read_of(1)));
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].status == 200);
}

TEST_CASE("a request refused before routing gets a line of text, whatever its path") {
  const struct {
    std::string text;
    int status;
  } cases[] = {
      {"GET /v1/counters/x HTTP/1.1\r\n\r\n", 400},
      {request("BREW", "/v1/counters/x"), 501},
      {request("TRACE", "/v1/counters/x"), 405},
      {get("/v1/counters/" + std::string(counter::limits::target_bytes_max, 'x')), 414},
      {get("/v1/counters/x", "X: " + std::string(counter::limits::header_bytes_max, 'x') + "\r\n"),
       431},
      {request("POST", "/v1/batch", "Content-Length: 1048577\r\n"), 413},
      {request("POST", "/v1/counters/x", "Expect: tea\r\n"), 417},
      {request("POST", "/v1/counters/x", "Transfer-Encoding: gzip\r\n"), 400},
      {request("POST", "/v1/counters/x", "Transfer-Encoding: gzip, chunked\r\n"), 501},
  };
  for (const auto& [text, status] : cases) {
    CAPTURE(text.substr(0, 60));
    connection peer;
    CHECK(peer.feed(text).empty());
    const auto answers = peer.take_answers();
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].status == status);
    CHECK(answers[0].has("Content-Type: text/plain; charset=utf-8"));
    unit::check_closed(peer);
  }
}
