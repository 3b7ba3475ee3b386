#include "http/protocol/request_parser.hpp"
#include "counter/limits.hpp"
#include "tests/cases/framing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using cases::chunked;
using cases::repeat;
using cases::with_fields;
using counter::limits;
using http::parse_state;
using http::request_parser;
using http::status;
using namespace std::string_literals;

namespace {

/// Feeds a parser as a connection does: bytes that were not consumed come again, with
/// more bytes behind them.
class feeder {
public:
  request_parser parser;

  void feed(std::string_view bytes) {
    unused_ += bytes;
    // At a new address each time, so that a sanitizer detects dangling views.
    const std::vector<char> copy(unused_.begin(), unused_.end());
    unused_.erase(0, parser.parse({copy.data(), copy.size()}));
  }

  void feed_in_pieces(std::string_view bytes, std::size_t size) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size())))
      feed(bytes.substr(0, size));
  }

  std::string_view unused() const { return unused_; }

private:
  std::string unused_;
};

void check_request(const request_parser& parser, const cases::valid_request& expected) {
  REQUIRE(parser.state() == parse_state::complete);
  CHECK(parser.request().method == expected.method);
  CHECK(parser.request().target == expected.target);
  CHECK(parser.request().http_11 == expected.http_11);
  CHECK(parser.request().keep_alive == expected.keep_alive);
}

void check_refusal(const request_parser& parser, http::status code) {
  REQUIRE(parser.state() == parse_state::bad);
  CHECK(parser.why().status == code);
  CHECK(parser.why().line.find('\n') == parser.why().line.size() - 1);
}

}  // namespace

TEST_CASE("parse() reads the same valid request wherever it is split") {
  for (const auto& expected : cases::valid_requests()) {
    CAPTURE(expected.text);
    for (std::size_t split = 0; split <= expected.text.size(); ++split) {
      CAPTURE(split);
      feeder input;
      input.feed(expected.text.substr(0, split));
      input.feed(expected.text.substr(split));
      check_request(input.parser, expected);
      CHECK(input.unused() == "");
    }
  }
}

TEST_CASE("parse() completes a valid request at its last byte, not before") {
  for (const auto& expected : cases::valid_requests()) {
    CAPTURE(expected.text);
    feeder input;
    CHECK_FALSE(input.parser.has_begun());
    std::size_t bytes = 0;
    const std::size_t empty_line = expected.text.starts_with("\r\n") ? 2 : 0;
    for (const char byte : expected.text) {
      REQUIRE(input.parser.state() == parse_state::need_more);
      input.feed({&byte, 1});
      CHECK(input.parser.has_begun() == (++bytes > empty_line));
    }
    check_request(input.parser, expected);
  }
}

TEST_CASE("parse() consumes nothing behind a request") {
  for (const auto& expected : cases::valid_requests())
    for (const std::string next : {"GET /next HTTP/1.1\r\n", "\r\n", "0", "\0"}) {
      CAPTURE(expected.text);
      request_parser parser;
      CHECK(parser.parse(expected.text + next) == expected.text.size());
      check_request(parser, expected);
      CHECK(parser.parse(next) == 0);
    }
}

TEST_CASE("restart() lets one parser read request after request") {
  feeder input;
  for (int round = 0; round < 3; ++round)
    for (const auto& expected : cases::valid_requests()) {
      CAPTURE(expected.text);
      input.feed(expected.text);
      check_request(input.parser, expected);
      CHECK(input.unused() == "");
      input.parser.restart();
      CHECK(input.parser.state() == parse_state::need_more);
      CHECK_FALSE(input.parser.has_begun());
      CHECK_FALSE(input.parser.is_in_body());
    }
}

TEST_CASE("parse() refuses broken framing in one piece") {
  for (const auto& [rule, text, code] : cases::refused_requests()) {
    CAPTURE(rule);
    CAPTURE(text.substr(0, 200));
    request_parser parser;
    parser.parse(text);
    check_refusal(parser, code);
    CHECK(parser.parse("GET / HTTP/1.1\r\nHost: h\r\n\r\n") == 0);
    check_refusal(parser, code);
  }
}

TEST_CASE("parse() refuses broken framing wherever it is split") {
  // With an empty line behind it, as a broken header may be refused only there.
  for (const auto& [rule, text, code] : cases::refused_requests()) {
    CAPTURE(rule);
    CAPTURE(text.substr(0, 200));
    const auto step = text.size() > 1000 ? 499u : 1u;
    for (std::size_t split = 0; split <= text.size(); split += step) {
      CAPTURE(split);
      feeder input;
      input.feed(text.substr(0, split));
      input.feed(text.substr(split) + "\r\n\r\n");
      check_refusal(input.parser, code);
    }
    feeder dripping;
    dripping.feed_in_pieces(text + "\r\n\r\n", text.size() > 1000 ? 7 : 1);
    check_refusal(dripping.parser, code);
  }
}

TEST_CASE("parse() refuses a bare LF in a header when it arrives") {
  for (const std::string text :
       {"GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: h\n", "GET / HTTP/1.1\r\nHost: h\r\n\n"}) {
    CAPTURE(text);
    feeder input;
    input.feed_in_pieces(text.substr(0, text.size() - 1), 1);
    CHECK(input.parser.state() == parse_state::need_more);
    input.feed(text.substr(text.size() - 1));
    check_refusal(input.parser, status::bad_request);
  }
}

TEST_CASE("parse() takes a request at the limits and refuses one beyond") {
  const auto header_rest = "GET / HTTP/1.1\r\nHost: h\r\nX: \r\n\r\n"s.size();
  const struct {
    std::string_view label;
    std::string text;
  } cases[] = {
      {"fields", with_fields(repeat("X: y\r\n", limits::header_fields_max - 1))},
      {"header", "GET / HTTP/1.1\r\nHost: h\r\nX: " +
                     repeat("y", limits::header_bytes_max - header_rest) + "\r\n\r\n"},
      {"target",
       "GET /" + repeat("x", limits::target_bytes_max - 1) + " HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"body", with_fields("Content-Length: 1048576\r\n", repeat("x", limits::body_bytes_max))},
      {"chunk", chunked("100000\r\n" + repeat("x", limits::body_bytes_max) + "\r\n0\r\n\r\n")},
      {"chunks", chunked(repeat("8000\r\n" + repeat("x", 0x8000) + "\r\n", 32) + "0\r\n\r\n")},
      {"extensions", chunked(repeat("1;" + repeat("x", 1023) + "\r\na\r\n", 8) + "0\r\n\r\n")},
      {"trailers", chunked("0\r\nX: " + repeat("x", 8000) + "\r\n\r\n")},
  };
  for (const auto& [label, text] : cases) {
    CAPTURE(label);
    for (const std::size_t size : {text.size(), std::size_t{1001}}) {
      CAPTURE(size);
      feeder input;
      input.feed_in_pieces(text, size);
      CHECK(input.parser.state() == parse_state::complete);
      CHECK(input.unused() == "");
    }
  }
}

TEST_CASE("parse() refuses a target with 414 however the long header behind it arrives") {
  for (const bool is_long : {false, true}) {
    const auto target = "/" + repeat("x", limits::target_bytes_max - (is_long ? 0 : 1));
    for (const std::size_t padding : {8'000, 8'192, 9'000, 20'000}) {
      const auto bytes =
          "GET " + target + " HTTP/1.1\r\nHost: h\r\nX: " + repeat("y", padding) + "\r\n\r\n";
      const bool is_taken = !is_long && bytes.size() <= limits::header_bytes_max;
      for (const std::size_t piece : {7, 1'000, 4'096, 8'191, 100'000}) {
        CAPTURE(is_long);
        CAPTURE(padding);
        CAPTURE(piece);
        feeder input;
        input.feed_in_pieces(bytes, piece);
        if (is_taken)
          CHECK(input.parser.state() == parse_state::complete);
        else
          check_refusal(input.parser,
                        is_long ? status::uri_too_long : status::header_fields_too_large);
      }
    }
  }
}

TEST_CASE("parse() refuses an endless header at the limit, also byte by byte") {
  for (const std::string start : {"GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: h\r\nX: "}) {
    feeder input;
    input.feed_in_pieces(start, 1);
    for (auto i = start.size(); i < limits::header_bytes_max - 1; ++i)
      input.feed("x");
    CHECK(input.parser.state() == parse_state::need_more);
    input.feed("xx");
    check_refusal(input.parser, status::header_fields_too_large);
  }
}

TEST_CASE("is_in_body() is true from the end of the header to the end of the body") {
  feeder input;
  input.feed("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r");
  CHECK_FALSE(input.parser.is_in_body());
  input.feed("\n");
  CHECK(input.parser.is_in_body());
  input.feed("a");
  CHECK(input.parser.is_in_body());
  input.feed("b");
  CHECK_FALSE(input.parser.is_in_body());
  CHECK(input.parser.state() == parse_state::complete);
}

TEST_CASE("awaits_continue() is true between the header and the body") {
  const struct {
    std::string_view label;
    std::string text;
    bool is_awaited;
  } cases[] = {
      {"length", with_fields("Expect: 100-continue\r\nContent-Length: 5\r\n"), true},
      {"chunks", with_fields("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"), true},
      {"header not over", "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n", false},
      {"no expectation", with_fields("Content-Length: 5\r\n"), false},
      {"no body", with_fields("Expect: 100-continue\r\n"), false},
      {"empty body", with_fields("Expect: 100-continue\r\nContent-Length: 0\r\n"), false},
      {"HTTP/1.0", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", false},
      {"body that did not wait", with_fields("Expect: 100-continue\r\nContent-Length: 5\r\n", "he"),
       false},
      {"chunk that did not wait",
       with_fields("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", "5\r\nhe"), false},
  };
  for (const auto& [label, text, is_awaited] : cases) {
    CAPTURE(label);
    request_parser parser;
    parser.parse(text);
    CHECK(parser.awaits_continue() == is_awaited);
    parser.confirm_continue();
    CHECK_FALSE(parser.awaits_continue());
  }
}

TEST_CASE("awaits_continue() is false for a request after one that expected 100 Continue") {
  feeder input;
  input.feed(with_fields("Expect: 100-continue\r\nContent-Length: 1\r\n", "x"));
  input.parser.restart();
  input.feed(with_fields("Content-Length: 1\r\n"));
  CHECK(input.parser.is_in_body());
  CHECK_FALSE(input.parser.awaits_continue());
}
