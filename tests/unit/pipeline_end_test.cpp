#include "counter/limits.hpp"
#include "http/protocol/pipeline.hpp"
#include "tests/cases/framing.hpp"
#include "tests/unit/allocations.hpp"
#include "tests/unit/support.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using awaited = http::pipeline::awaited;
using cases::repeat;
using counter::limits;
using counter::operation;
using counter::outcome;
using namespace unit;

TEST_CASE("drain() of an idle connection serves one more request") {
  connection peer;
  peer.pipeline.drain();
  CHECK(peer.pipeline.awaits() == awaited::request);
  CHECK(peer.wants_input());
  const auto commands = peer.feed(get("/inc?name=a"));
  REQUIRE(commands.size() == 1);
  peer.complete(commands[0]);
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].status == 200);
  CHECK(answers[0].closes());
  CHECK(peer.next_step() == http::pipeline::step::linger);
  check_closed(peer);
}

TEST_CASE("drain() closes the connection with the newest pending request") {
  connection peer;
  const auto commands = peer.feed(get("/get?name=a") + get("/get?name=b"));
  REQUIRE(commands.size() == 2);
  peer.pipeline.drain();
  CHECK(peer.pipeline.awaits() == awaited::response);
  CHECK(peer.feed(get("/inc?name=late")).empty());
  peer.complete(commands[1]);
  peer.complete(commands[0]);
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 2);
  CHECK_FALSE(answers[0].closes());
  CHECK(answers[1].closes());
  CHECK(peer.next_step() == http::pipeline::step::linger);
  check_closed(peer);
}

TEST_CASE("drain() within a request serves that request") {
  connection peer;
  const auto first = peer.feed(get("/get?name=a") + "GET /get?na");
  REQUIRE(first.size() == 1);
  peer.pipeline.drain();
  const auto second = peer.feed("me=b HTTP/1.1\r\nHost: localhost\r\n\r\n");
  REQUIRE(second.size() == 1);
  peer.complete(first[0]);
  peer.complete(second[0]);
  const auto answers = peer.take_answers();
  REQUIRE(answers.size() == 2);
  CHECK_FALSE(answers[0].closes());
  CHECK(answers[1].closes());
  check_closed(peer);
}

TEST_CASE("drain() serves requests that are not parsed yet") {
  limits few;
  few.pipelined_max = 1;
  connection peer{few};
  auto commands = peer.feed(get("/get?name=a") + get("/get?name=b") + get("/get?name=c"));
  peer.pipeline.drain();
  while (!commands.empty()) {
    REQUIRE(commands.size() == 1);
    peer.complete(commands[0]);
    commands = peer.advance();
  }
  const auto answers = peer.take_answers();
  CHECK(bodies(answers) == "a: 0\nb: 0\nc: 0\n");
  REQUIRE(answers.size() == 3);
  CHECK_FALSE(answers[0].closes());
  CHECK_FALSE(answers[1].closes());
  CHECK(answers[2].closes());
  check_closed(peer);
}

TEST_CASE("drain() after the last response is rendered serves one more request") {
  connection peer;
  const auto commands = peer.feed(get("/get?name=a"));
  peer.complete(commands.at(0));
  peer.pipeline.drain();
  CHECK_FALSE(peer.take_answers().at(0).closes());
  CHECK(peer.pipeline.awaits() == awaited::request);
  peer.feed(get("/nope"));
  CHECK(peer.take_answers().at(0).closes());
  check_closed(peer);
}

TEST_CASE("feed_end() leaves pending responses to be sent") {
  connection peer;
  const auto commands = peer.feed(get("/get?name=a") + get("/get?name=b"));
  REQUIRE(commands.size() == 2);
  CHECK(peer.feed_end().empty());
  CHECK_FALSE(peer.wants_input());
  CHECK(peer.pipeline.awaits() == awaited::response);
  peer.complete(commands[1]);
  peer.complete(commands[0]);
  CHECK(bodies(peer.take_answers()) == "a: 0\nb: 0\n");
  CHECK(peer.advance().empty());
  CHECK(peer.pipeline.awaits() == awaited::nothing);
  CHECK(peer.next_step() != http::pipeline::step::linger);
}

TEST_CASE("feed_end() leaves unparsed requests to be served") {
  limits few;
  few.pipelined_max = 1;
  connection peer{few};
  auto commands = peer.feed(get("/get?name=a") + get("/get?name=b"));
  peer.feed_end();
  while (!commands.empty()) {
    peer.complete(commands.at(0));
    commands = peer.advance();
  }
  CHECK(bodies(peer.take_answers()) == "a: 0\nb: 0\n");
  CHECK(peer.pipeline.awaits() == awaited::nothing);
}

TEST_CASE("feed_end() before any byte closes without a response") {
  connection peer;
  CHECK(peer.feed_end().empty());
  CHECK(peer.take_output() == "");
  CHECK(peer.pipeline.awaits() == awaited::nothing);
  CHECK(peer.next_step() != http::pipeline::step::linger);
}

TEST_CASE("a connection persists as HTTP version and Connection say") {
  struct {
    std::string_view text, field;
    bool is_kept;
  } const cases[] = {
      {"GET /get?name=a HTTP/1.1\r\nHost: localhost\r\n\r\n", "", true},
      {"GET /get?name=a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
       "Connection: close", false},
      {"GET /get?name=a HTTP/1.0\r\n\r\n", "Connection: close", false},
      {"GET /get?name=a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "Connection: keep-alive",
       true},
  };
  for (const auto& [text, field, is_kept] : cases) {
    CAPTURE(text);
    connection peer;
    const auto commands = peer.feed(std::string{text} + std::string{text});
    REQUIRE(commands.size() == (is_kept ? 2 : 1));
    for (const auto& command : commands)
      peer.complete(command);
    const auto answers = peer.take_answers();
    REQUIRE(answers.size() == commands.size());
    for (const auto& answer : answers) {
      CHECK((field.empty() || answer.has(field)));
      CHECK((answer.header.find("Connection:") == answer.header.npos) == field.empty());
    }
    if (!is_kept) {
      CHECK(peer.next_step() == http::pipeline::step::linger);  // for input that is not served
      check_closed(peer);
    }
  }
}

TEST_CASE("next_step() does not linger after a last request without further input") {
  connection peer;
  const auto commands = peer.feed(get("/get?name=a", "Connection: close\r\n"));
  peer.complete(commands.at(0));
  CHECK(peer.take_answers().at(0).closes());
  CHECK(peer.pipeline.awaits() == awaited::nothing);
  CHECK(peer.next_step() != http::pipeline::step::linger);
}

TEST_CASE("a response to HEAD has no body, and the next response follows its header") {
  connection peer;
  const auto commands = peer.feed(request("HEAD", "/get?name=a") + get("/get?name=b"));
  REQUIRE(commands.size() == 2);
  CHECK(commands[0].operation == operation::get);
  peer.complete(commands[0], {outcome::ok, 5});
  const auto head = peer.take_output();
  CHECK(head.find("\r\nContent-Length: 5\r\n") != head.npos);
  CHECK(head.ends_with("\r\n\r\n"));
  peer.complete(commands[1], {outcome::ok, 6});
  CHECK(bodies(peer.take_answers()) == "b: 6\n");
}

TEST_CASE("HEAD /inc changes nothing") {
  connection peer;
  CHECK(peer.feed(request("HEAD", "/inc?name=a") + request("HEAD", "/set?name=a&val=1")).empty());
  const auto output = peer.take_output();
  CHECK(output.starts_with("HTTP/1.1 405 "));
  CHECK(output.find("\r\n\r\nHTTP/1.1 405 ") != output.npos);
  CHECK(output.ends_with("\r\n\r\n"));
}

TEST_CASE("a refused HEAD gets no body, whatever refuses it") {
  for (const auto& [status, text] : {
           std::pair{"414", "HEAD /" + repeat("x", counter::limits::target_bytes_max) +
                                " HTTP/1.1\r\nHost: localhost\r\n\r\n"},
           std::pair{"414", "HEAD /" + repeat("x", counter::limits::header_bytes_max)},
           std::pair{"505", std::string{"HEAD / HTTP/2.0\r\nHost: localhost\r\n\r\n"}},
           std::pair{"400", std::string{"HEAD / HTTP/1.x\r\nHost: localhost\r\n\r\n"}},
           std::pair{"400", std::string{"\r\nHEAD / HTTP/1.1\r\n\r\n"}},
           std::pair{"400", std::string{"HEAD / HTTP/1.1\r\nHost: localhost\r\nX y\r\n\r\n"}},
       }) {
    CAPTURE(text.substr(0, 40));
    for (const bool is_whole : {true, false}) {
      connection peer;
      if (is_whole)
        peer.feed(text);
      else
        for (std::size_t begin = 0; begin < text.size(); begin += 1 + begin / 8)
          peer.feed(text.substr(begin, 1 + begin / 8));
      const auto output = peer.take_output();
      CHECK(output.starts_with(std::string{"HTTP/1.1 "} + status));
      CHECK(output.find("\r\n\r\n") == output.size() - 4);
    }
  }
  for (const std::string text :
       {"HEAD ", "HEAD /get?name=a", "HEAD / HTTP/1.1\r\nHost: localhost"}) {
    connection ended, slow;
    ended.feed(text);
    ended.feed_end();
    CHECK(ended.take_output().ends_with("\r\n\r\n"));
    slow.feed(text);
    slow.pipeline.time_out();
    const auto output = slow.take_output();
    CHECK(output.starts_with("HTTP/1.1 408"));
    CHECK(output.ends_with("\r\n\r\n"));
  }
  // The body of another method does not look like one.
  connection peer;
  peer.feed(request("POST", "/inc?name=a", "Transfer-Encoding: chunked\r\n"));
  peer.feed("HEAD / HTTP/1.1\r\n\r\n");
  CHECK(peer.take_output().ends_with("malformed request\n"));
}

TEST_CASE("shrink() frees memory, and the connection goes on") {
  connection peer;
  peer.shrink(0);
  auto commands = peer.feed(repeat(get("/get?name=a"), 100) + "GET /get?n");
  peer.shrink(0);  // no effect while a request is pending
  for (const auto& command : commands)
    peer.complete(command);
  CHECK(peer.take_answers().size() == 100);
  commands = peer.feed("ame=b HTTP/1.1\r\nHost: localhost\r\n\r\n");
  REQUIRE(commands.size() == 1);
  peer.complete(commands[0], {outcome::ok, 7});
  peer.shrink(0);
  CHECK(bodies(peer.take_answers()) == "b: 7\n");
  peer.shrink(0);
  CHECK(peer.feed(get("/get?name=c")).size() == 1);
}

TEST_CASE("shrink() leaves an idle connection next to no memory") {
  connection peer;
  const auto before = allocations::now().live_bytes;
  {
    // A long encoded name is decoded into a buffer.
    const auto target = "/get?name=" + repeat("%6e", 250) + "&other=" + std::string(3'000, 'o');
    const auto commands = peer.feed(repeat(get(target), 100));
    REQUIRE(commands.size() == 100);
    // In reverse order, so that every response waits for the first.
    for (auto one = commands.rbegin(); one != commands.rend(); ++one)
      peer.complete(*one, {outcome::ok, 1});
    CHECK(allocations::now().live_bytes - before > 50'000);
    CHECK(peer.take_answers().size() == 100);
  }
  peer.shrink(0);
  peer.renew_router();
  CHECK(allocations::now().live_bytes - before < 1500);
}

TEST_CASE("shrink() frees what a last response that goes on has no use for") {
  const counter::limits limits;
  std::time_t second = 0;
  const http::date date{second};
  const auto requests = get("/") + get("/?" + std::string(2'000, 'q'));
  const auto body = std::string(300'000, 'x');
  const auto before = allocations::now().live_bytes;
  http::pipeline pipeline{limits, date};
  pipeline.feed(requests);
  REQUIRE(pipeline.next_request() != nullptr);
  pipeline.complete(pipeline.slot(), {.body = std::string_view{body}});
  pipeline.consume_output(290'000);
  REQUIRE(pipeline.next_request() != nullptr);
  pipeline.close_after_newest();
  pipeline.hold_until_complete(pipeline.slot());
  pipeline.begin(pipeline.slot(), {});
  pipeline.append(pipeline.slot(), "an event");
  pipeline.consume_output(pipeline.output().size());
  CHECK(allocations::now().live_bytes - before > 300'000);
  pipeline.shrink(0);  // the caller uses the request
  CHECK(pipeline.next_step(false) == http::pipeline::step::wait);
  CHECK(allocations::now().live_bytes - before > 2'000);
  pipeline.shrink(0);
  CHECK(allocations::now().live_bytes - before < 1'000);
  pipeline.append(pipeline.slot(), "another");
  CHECK(pipeline.output() == "another");
}

TEST_CASE("a connection in steady state allocates nothing") {
  connection peer;
  std::size_t calls = 0;
  for (int round = 0; round < 10; ++round) {
    const auto commands = peer.feed(repeat(get("/inc?name=visits"), 32));
    REQUIRE(commands.size() == 32);
    const auto before = allocations::now().calls;
    for (const auto& one : commands)
      peer.complete(one, {outcome::ok, 1});
    peer.pipeline.consume_output(peer.pipeline.output().size());
    peer.shrink(counter::limits::retained_bytes_max);
    calls = allocations::now().calls - before;
  }
  CHECK(calls == 0);
}

// -- responses whose length is not known when they begin ------------------------------

namespace {

struct streaming {
  explicit streaming(std::string text) : bytes(std::move(text)) {
    pipeline.feed(bytes);
    REQUIRE(pipeline.next_request() != nullptr);
    slot = pipeline.slot();
    pipeline.hold_until_complete(slot);
  }

  const std::string bytes;  // borrowed by the pipeline
  const counter::limits limits;
  const std::time_t now = 0;
  const http::date date{now};
  http::pipeline pipeline{limits, date};
  http::pipeline::slot_type slot = 0;
};

using step = http::pipeline::step;

}  // namespace

TEST_CASE("a pipeline yields no request before a response that was begun has ended") {
  streaming peer{get("/a") + get("/b")};
  auto& pipeline = peer.pipeline;
  CHECK(pipeline.next_request() == nullptr);
  CHECK(pipeline.next_step(true) == step::wait);
  pipeline.begin(peer.slot, {});
  pipeline.append(peer.slot, "piece");
  CHECK(pipeline.next_request() == nullptr);
  CHECK(pipeline.next_step(true) == step::write);
  pipeline.consume_output(pipeline.output().size());
  CHECK(pipeline.next_step(true) == step::wait);
  CHECK(pipeline.awaits() == awaited::response);
  pipeline.end(peer.slot);
  CHECK(pipeline.output() == "0\r\n\r\n");
  const auto* next = pipeline.next_request();
  REQUIRE(next != nullptr);
  CHECK(next->target == "/b");
}

TEST_CASE("a response that was begun is the last one of a connection with HTTP/1.0") {
  streaming peer{"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"};
  auto& pipeline = peer.pipeline;
  pipeline.begin(peer.slot, {});
  pipeline.append(peer.slot, "piece");
  CHECK(pipeline.next_step(true) == step::write);
  pipeline.end(peer.slot);
  CHECK(pipeline.output().ends_with("\r\n\r\npiece"));
  CHECK(pipeline.next_step(true) == step::write_last);
  pipeline.consume_output(pipeline.output().size());
  CHECK(pipeline.next_step(true) == step::close);
}
