// The end of connections with exchanges, and the framing of their responses.

#include "http/protocol/pipeline.hpp"
#include "tests/unit/support.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using awaited = http::pipeline::awaited;
using counter::full_reply;
using counter::outcome;
using counter::page;
using counter::state;
using unit::answer;
using unit::check_closed;
using unit::connection;
using unit::get;
using unit::request;

namespace {

const state six{6, 1018};
const full_reply read_six{outcome::ok, false, six, six};

/// Returns the response to one request that needs one store request.
answer answer_to(std::string_view text, const full_reply& reply) {
  connection peer;
  const auto taken = peer.feed(text);
  REQUIRE(taken.size() == 1);
  CHECK(peer.answer_to(taken[0], reply).empty());
  auto answers = peer.take_answers();
  REQUIRE(answers.size() == 1);
  return answers[0];
}

bool has_field(const answer& answer, std::string_view name) {
  return answer.header.find("\r\n" + std::string{name} + ": ") != answer.header.npos;
}

}  // namespace

TEST_CASE("HEAD under /v1 has the fields of GET and no body") {
  connection peer;
  const auto taken = peer.feed(request("HEAD", "/v1/counters/x") + get("/v1/counters/x"));
  REQUIRE(taken.size() == 2);
  peer.answer_to(taken[0], read_six);
  const auto head = peer.take_output();
  peer.answer_to(taken[1], read_six);
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 1);
  CHECK(head == answers[0].header);
  CHECK(answers[0].has("ETag: \"1018\""));
  CHECK(answers[0].has("Content-Type: application/json"));

  // Also for problems and lists.
  connection other;
  CHECK(other.feed(request("HEAD", "/v1/counters/")).empty());
  const auto refused = other.take_output();
  CHECK(refused.ends_with("\r\n\r\n"));
  const auto list = other.feed(request("HEAD", "/v1/counters"));
  REQUIRE(list.size() == 1);
  other.answer_to(list[0], page{outcome::ok, {}, true, ""});
  CHECK(other.take_output().ends_with("Content-Length: 35\r\n\r\n"));
}

TEST_CASE("only the response to a read of a counter may be cached") {
  const auto read = answer_to(get("/v1/counters/x"), read_six);
  CHECK(read.status == 200);
  CHECK(read.has("Cache-Control: no-cache"));
  CHECK(read.has("X-Content-Type-Options: nosniff"));
  CHECK(has_field(read, "Date"));
  const auto changed = answer_to(request("POST", "/v1/counters/x"), read_six);
  CHECK(changed.has("Cache-Control: no-store"));
  const auto missing = answer_to(get("/v1/counters/x"), {outcome::not_found});
  CHECK(missing.has("Cache-Control: no-store"));
  CHECK(missing.has("Content-Type: application/problem+json"));
}

TEST_CASE("204 and 304 have no body, Content-Length and Content-Type") {
  const auto known = answer_to(get("/v1/counters/x", "If-None-Match: \"1018\"\r\n"),
                               {outcome::not_modified, false, six, six});
  CHECK(known.status == 304);
  CHECK(known.has("ETag: \"1018\""));
  CHECK(known.has("Cache-Control: no-cache"));
  const auto removed =
      answer_to(request("DELETE", "/v1/counters/x"), {outcome::ok, false, six, std::nullopt});
  CHECK(removed.status == 204);
  for (const auto& answer : {known, removed}) {
    CHECK_FALSE(has_field(answer, "Content-Length"));
    CHECK_FALSE(has_field(answer, "Content-Type"));
    CHECK_FALSE(has_field(answer, "Transfer-Encoding"));
    CHECK(answer.body == "");
  }
}

TEST_CASE("only a replayed response has Idempotency-Replayed") {
  const std::string text = request("POST", "/v1/counters/x", "Idempotency-Key: k\r\n");
  const auto again = answer_to(text, {outcome::ok, true, std::nullopt, six});
  CHECK(again.status == 201);
  CHECK(again.has("Idempotency-Replayed: true"));
  CHECK(again.has("ETag: \"1018\""));
  CHECK(again.has("Location: /v1/counters/x"));
  CHECK_FALSE(
      has_field(answer_to(text, {outcome::ok, false, std::nullopt, six}), "Idempotency-Replayed"));
}

TEST_CASE("every outcome has its status, and only 503 has Retry-After") {
  struct {
    counter::outcome outcome;
    int status;
    std::string_view code;
  } const cases[] = {
      {outcome::not_found, 404, "not-found"},
      {outcome::overflow, 409, "overflow"},
      {outcome::limit_reached, 409, "limit-reached"},
      {outcome::precondition_failed, 412, "precondition-failed"},
      {outcome::key_mismatch, 422, "idempotency-mismatch"},
      {outcome::overloaded, 503, "overloaded"},
      {outcome::draining, 503, "draining"},
      {outcome::too_many_counters, 507, "too-many-counters"},
      {outcome::idempotency_store_full, 507, "idempotency-store-full"},
  };
  for (const auto& [outcome, status, code] : cases) {
    CAPTURE(code);
    for (const std::string_view fields : {"", "Accept: text/plain\r\n"}) {
      const auto refused = answer_to(request("POST", "/v1/counters/x", fields), {outcome});
      CHECK(refused.status == status);
      CHECK(refused.has("Content-Type: application/problem+json"));
      CHECK(unit::member(refused.body, "code") == "\"" + std::string{code} + "\"");
      CHECK(refused.has("Retry-After: 1") == (status == 503));
      CHECK_FALSE(refused.closes());
      CHECK_FALSE(has_field(refused, "ETag"));
    }
  }
}

TEST_CASE("HTTP/1.0 gets the response of an exchange, and keeps the connection only on request") {
  for (const bool keeps : {false, true}) {
    connection peer;
    const auto taken = peer.feed("POST /v1/counters/x HTTP/1.0\r\n" +
                                 std::string{keeps ? "Connection: keep-alive\r\n" : ""} +
                                 "Content-Type: application/json\r\nContent-Length: 11\r\n\r\n"
                                 R"({"delta":5})");
    REQUIRE(taken.size() == 1);
    CHECK(std::get<counter::full_command>(taken[0].request.value()).parameters.operand == 5);
    peer.answer_to(taken[0], read_six);
    const auto answers = peer.take_answers();
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].has(keeps ? "Connection: keep-alive" : "Connection: close"));
    if (keeps)
      CHECK(peer.pipeline.awaits() == awaited::request);
    else
      check_closed(peer);
  }
}

TEST_CASE("a list that is the last request of its connection is completed") {
  connection peer;
  auto taken = peer.feed(get("/v1/counters", "Connection: close\r\n") + get("/inc?name=late"));
  REQUIRE(taken.size() == 1);
  CHECK(peer.pipeline.awaits() == awaited::response);
  CHECK(peer.take_output() == "");
  CHECK(peer.answer_to(taken[0], page{outcome::ok, {}, true, ""}).empty());
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].closes());
  check_closed(peer);
}

TEST_CASE("a half-closed connection receives the responses of its exchanges") {
  connection peer;
  auto taken = peer.feed(get("/v1/counters") + get("/v1/counters/x"));
  REQUIRE(taken.size() == 1);
  CHECK(peer.feed_end().empty());
  taken = peer.answer_to(taken[0], page{outcome::ok, {}, true, ""});
  REQUIRE(taken.size() == 1);
  CHECK(peer.answer_to(taken[0], read_six).empty());
  CHECK(peer.take_answers().size() == 2);
  check_closed(peer);
}

TEST_CASE("drain() closes the connection with a pending exchange") {
  for (const std::string_view target : {"/v1/counters/x", "/v1/counters"}) {
    CAPTURE(target);
    connection peer;
    const auto taken = peer.feed(get(target));
    REQUIRE(taken.size() == 1);
    peer.pipeline.drain();
    const bool is_list = std::holds_alternative<counter::page_request>(*taken[0].request);
    peer.answer_to(taken[0], is_list ? counter::response{page{outcome::draining}}
                                     : counter::response{full_reply{outcome::draining}});
    const auto answers = peer.take_answers();
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].status == 503);
    CHECK(answers[0].has("Retry-After: 1"));
    CHECK(answers[0].closes());
    check_closed(peer);
  }
}

TEST_CASE("a connection frees the memory of completed exchanges and goes on") {
  connection peer;
  for (int i = 0; i < 2; ++i) {
    const auto taken = peer.feed(get("/v1/counters/x") + get("/v1/counters/y"));
    REQUIRE(taken.size() == 2);
    peer.answer_to(taken[1], read_six);
    peer.answer_to(taken[0], read_six);
    CHECK(peer.take_answers().size() == 2);
    peer.shrink(0);
  }
}
