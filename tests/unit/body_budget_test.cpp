#include "http/protocol/body_budget.hpp"

#include "http/protocol/request_parser.hpp"
#include "tests/unit/support.hpp"

#include <doctest/doctest.h>

#include <string>

using http::body_budget;

namespace {

constexpr std::size_t room = 100;
/// The bytes of each body that do not count.
constexpr std::size_t kept = counter::limits::retained_bytes_max;

/// Returns all but the last byte of a request with a body.
std::string unfinished(std::string_view method, std::size_t body_bytes) {
  return std::string{method} +
         " /v1/counters/x HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body_bytes) +
         "\r\n\r\n" + std::string(body_bytes - 1, 'x');
}

/// Returns the bytes left in `bodies`, which is unchanged afterwards.
std::size_t left(body_budget& bodies) {
  std::size_t taken = 0;
  while (bodies.take(1))
    ++taken;
  bodies.give(taken);
  return taken;
}

}  // namespace

TEST_CASE("take() takes all the bytes or none") {
  body_budget bodies{room};
  CHECK_FALSE(bodies.take(room + 1));
  CHECK(bodies.take(room));
  CHECK_FALSE(bodies.take(1));
  CHECK(bodies.take(0));
  bodies.give(1);
  CHECK(bodies.take(1));
}

TEST_CASE("pending bodies share the budget and return it when released") {
  body_budget bodies{room};
  {
    http::request_parser first{&bodies}, second{&bodies};
    first.parse(unfinished("POST", kept + 61));
    CHECK(left(bodies) == room - 60);
    second.parse(unfinished("POST", kept + 61));
    CHECK(second.state() == http::parse_state::bad);
    CHECK(second.why().status == http::status::service_unavailable);
    first.parse("x");
    CHECK(first.state() == http::parse_state::complete);
    first.restart();
    CHECK(left(bodies) == room);
    first.parse(unfinished("PUT", kept + 31));
  }
  CHECK(left(bodies) == room);
}

TEST_CASE("a discarded body takes nothing off the budget") {
  body_budget bodies{room};
  http::request_parser parser{&bodies};
  parser.parse(unfinished("GET", kept + 1000));
  CHECK(parser.state() == http::parse_state::need_more);
  CHECK(left(bodies) == room);
}

TEST_CASE("a small body is accepted when the budget is exhausted") {
  body_budget bodies{0};
  http::request_parser parser{&bodies};
  parser.parse(unfinished("POST", kept));
  CHECK(parser.state() == http::parse_state::need_more);
  parser.parse("x");
  CHECK(parser.state() == http::parse_state::complete);
}

TEST_CASE("a connection refused within a body returns its budget before it closes") {
  const counter::limits limits;
  const std::time_t now = 0;
  const http::date date{now};
  body_budget bodies{room};
  http::pipeline pipeline{limits, date, &bodies};
  const auto request = unfinished("POST", kept + 61);
  pipeline.feed(request);
  CHECK(pipeline.next_request() == nullptr);
  CHECK(left(bodies) == room - 60);
  pipeline.time_out();
  CHECK(left(bodies) == room);
  CHECK(pipeline.next_step(true) == http::pipeline::step::write_last);
  CHECK(unit::answers_in(pipeline.output())[0].status == 408);
}
