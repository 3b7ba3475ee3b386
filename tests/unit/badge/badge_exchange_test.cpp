#include "http/api/badge/badge_exchange.hpp"
#include "http/api/v1/code.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <variant>

using counter::full_command;
using counter::full_reply;
using counter::operation;
using counter::outcome;
using counter::state;
using http::badge::badge_exchange;
using http::badge::format;
using unit::answered;

namespace {

const state six{6, 1018};
const state nine{9, 1021};

http::response respond(const full_reply& reply, format format = format::json,
                       http::badge::look look = {.label = "x"}) {
  badge_exchange exchange{{.name = "x"}, {std::move(look), format, http::caching::one_minute}};
  auto request = exchange.next_request();
  REQUIRE(request);
  exchange.take(answered(std::move(*request), reply));
  REQUIRE(exchange.is_done());
  return exchange.response();
}

std::string message_in(const http::response& response) {
  return unit::member(response.body.view(), "message");
}

}  // namespace

TEST_CASE("badge_exchange shows a value, in each format") {
  const full_reply reply{outcome::ok, false, six, six};
  const auto object = respond(reply);
  CHECK(object.status == http::status::ok);
  CHECK(object.type == http::json_type);
  CHECK(object.caching == http::caching::one_minute);
  CHECK(message_in(object) == "\"6\"");
  CHECK(unit::member(object.body.view(), "isError").empty());
  const auto image = respond(reply, format::svg);
  CHECK(image.type == http::badge::svg_type);
  CHECK(image.body.view().find("<title>x: 6</title>") != std::string_view::npos);
  const auto pixel = respond(reply, format::gif);
  CHECK(pixel.type == "image/gif");
  CHECK(pixel.body.view() == http::badge::pixel());
  CHECK(message_in(respond({outcome::ok, false, {}, state{1200, 1}}, format::json,
                           {.is_short = true})) == "\"1.2k\"");
}

TEST_CASE("badge_exchange shows the value as it is after a hit that counts nothing") {
  full_reply counted_already;
  SUBCASE("a repetition") {
    counted_already = {outcome::ok, true, {}, six};
  }
  SUBCASE("a hit with other rights") {
    counted_already = {outcome::key_mismatch};
  }
  full_command hit{"x", {operation::add, 1}};
  hit.idempotency_key = "hit-1";
  badge_exchange exchange{hit, {{}, format::json, http::caching::no_store_by_images}};
  auto request = exchange.next_request();
  REQUIRE(request);
  CHECK(std::get<full_command>(*request).idempotency_key == "hit-1");
  CHECK_FALSE(exchange.next_request());
  exchange.take(answered(std::move(*request), counted_already));
  CHECK_FALSE(exchange.is_done());
  request = exchange.next_request();
  REQUIRE(request);
  const auto& read = std::get<full_command>(*request);
  CHECK(read.name == "x");
  CHECK(read.parameters == counter::parameters{});
  CHECK(read.idempotency_key.empty());
  CHECK_FALSE(exchange.is_done());
  exchange.take(answered(std::move(*request), full_reply{outcome::ok, false, nine, nine}));
  REQUIRE(exchange.is_done());
  CHECK(message_in(exchange.response()) == "\"9\"");
}

TEST_CASE("badge_exchange shows a failure, which no cache may store") {
  for (const auto& [failure, message] : {std::pair{outcome::not_found, "\"not found\""},
                                         {outcome::overflow, "\"overflow\""},
                                         {outcome::overloaded, "\"not available\""},
                                         {outcome::outcome_unknown, "\"not available\""},
                                         {outcome::idempotency_store_full, "\"not available\""}}) {
    for (const auto format : {format::json, format::svg, format::gif}) {
      const auto response = respond({failure}, format);
      const auto code = http::v1::code_of(failure);
      CHECK(response.status == http::v1::status_of(code));
      CHECK(response.reason == http::v1::reason_of(code));
      CHECK(response.caching == http::caching::no_store);
      if (format == format::json) {
        CHECK(message_in(response) == message);
        CHECK(unit::member(response.body.view(), "isError") == "true");
      }
    }
  }
}
