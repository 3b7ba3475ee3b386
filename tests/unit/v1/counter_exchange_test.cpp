#include "http/api/v1/counter_exchange.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

using counter::full_command;
using counter::full_reply;
using counter::operation;
using counter::outcome;
using counter::state;
using http::v1::counter_exchange;
using unit::answered;
using unit::member;

namespace {

/// Returns the response to a command to which the shard replies with `reply`.
http::response message_of(full_command command, const full_reply& reply, bool as_text = false) {
  using http::v1::representation;
  counter_exchange exchange{std::move(command),
                            as_text ? representation::text : representation::json};
  auto request = exchange.next_request();
  REQUIRE(request.has_value());
  exchange.take(answered(std::move(*request), reply));
  REQUIRE(exchange.is_done());
  return exchange.response();
}

const state six{6, 1018};
const state eight{8, 1019};

}  // namespace

TEST_CASE("counter_exchange sends its command once and unchanged") {
  full_command command{"hits", {operation::add, 2}};
  command.idempotency_key = "k";
  command.condition.if_match = counter::version_set{true, {}};
  counter_exchange exchange{command, http::v1::representation::json};
  CHECK_FALSE(exchange.is_done());
  CHECK_FALSE(exchange.is_long());
  auto request = exchange.next_request();
  REQUIRE(request.has_value());
  const auto& sent = std::get<full_command>(*request);
  CHECK(sent.name == "hits");
  CHECK(sent.parameters == command.parameters);
  CHECK(sent.condition == command.condition);
  CHECK(sent.idempotency_key == "k");
  CHECK_FALSE(exchange.next_request().has_value());
  CHECK_FALSE(exchange.is_done());
  exchange.take(answered(std::move(*request), full_reply{outcome::ok, false, six, eight}));
  CHECK(exchange.is_done());
  CHECK_FALSE(exchange.next_request().has_value());
}

TEST_CASE("counter_exchange responds to a read with the counter, its ETag and no-cache") {
  const auto response = message_of({"hits", {operation::get}}, {outcome::ok, false, six, six});
  CHECK(response.status == http::status::ok);
  CHECK(response.type == http::json_type);
  CHECK(response.body.view() ==
        "{\"name\":\"hits\",\"value\":6,\"version\":1018,\"expires_at\":null}\n");
  CHECK(response.fields.view() == "ETag: \"1018\"\r\nVary: Accept\r\n");
  CHECK(response.caching == http::caching::no_cache);
}

TEST_CASE("counter_exchange responds 304 with an ETag and no body to a read not modified") {
  const auto response =
      message_of({"hits", {operation::get}}, {outcome::not_modified, false, six, six});
  CHECK(response.status == http::status::not_modified);
  CHECK(response.body.view() == "");
  CHECK(response.fields.view() == "ETag: \"1018\"\r\nVary: Accept\r\n");
  CHECK(response.caching == http::caching::no_cache);
}

TEST_CASE("counter_exchange responds to a write with its effect and no-store") {
  const auto changed = message_of({"hits", {operation::add, 2}}, {outcome::ok, false, six, eight});
  CHECK(changed.status == http::status::ok);
  CHECK(changed.fields.view() == "ETag: \"1019\"\r\n");
  CHECK(member(changed.body.view(), "previous") == "6");
  CHECK(member(changed.body.view(), "applied") == "2");
  CHECK(changed.caching == http::caching::no_store);

  const auto created =
      message_of({"a/b c\xc3\xa9", {operation::set, 8}}, {outcome::ok, false, std::nullopt, eight});
  CHECK(created.status == http::status::created);
  CHECK(created.fields.view() == "ETag: \"1019\"\r\nLocation: /v1/counters/a%2Fb%20c%C3%A9\r\n");
  CHECK(member(created.body.view(), "previous") == "null");
  CHECK(created.caching == http::caching::no_store);

  const auto removed =
      message_of({"hits", {operation::remove}}, {outcome::ok, false, eight, std::nullopt, 1020});
  CHECK(removed.status == http::status::no_content);
  CHECK(removed.body.view() == "");
  CHECK(removed.fields.view() == "ETag: \"1020\"\r\n");
}

TEST_CASE("counter_exchange returns a Location without dot segments") {
  const std::pair<std::string, std::string> cases[] = {
      {".", "/get?name=."},
      {"..", "/get?name=.."},
      {"...", "/v1/counters/..."},
      {".a", "/v1/counters/.a"},
      {"../x", "/v1/counters/..%2Fx"},
      {"x/..", "/v1/counters/x%2F.."},
      {"%2e%2e", "/v1/counters/%252e%252e"},
      {"..\\x", "/v1/counters/..%5Cx"},
  };
  for (const auto& [name, location] : cases) {
    const auto created =
        message_of({name, {operation::add, 8}}, {outcome::ok, false, std::nullopt, eight});
    CHECK(created.fields.view() == "ETag: \"1019\"\r\nLocation: " + location + "\r\n");
  }
}

TEST_CASE("counter_exchange marks a replayed response with Idempotency-Replayed") {
  const auto command = full_command{"hits", {operation::add, 8}};
  for (const auto& before : {std::optional<state>{}, std::optional{six}}) {
    const auto first = message_of(command, {outcome::ok, false, before, eight});
    const auto again = message_of(command, {outcome::ok, true, before, eight});
    CHECK(again.status == first.status);
    CHECK(again.body.view() == first.body.view());
    CHECK(again.type == first.type);
    CHECK(again.fields.view() ==
          "Idempotency-Replayed: true\r\n" + std::string{first.fields.view()});
  }
  const auto removed =
      message_of({"hits", {operation::remove}}, {outcome::ok, true, eight, std::nullopt, 1020});
  CHECK(removed.status == http::status::no_content);
  CHECK(removed.fields.view() == "Idempotency-Replayed: true\r\nETag: \"1020\"\r\n");
  const auto old =
      message_of({"hits", {operation::remove}}, {outcome::ok, true, eight, std::nullopt});
  CHECK(old.fields.view() == "Idempotency-Replayed: true\r\n");
}

TEST_CASE("counter_exchange responds with the bare value as text, and with problems as JSON") {
  const state below{-5, 3};
  for (const auto operation : {operation::get, operation::add, operation::set}) {
    const auto response =
        message_of({"hits", {operation}}, {outcome::ok, false, below, below}, true);
    CHECK(response.body.view() == "-5\n");
    CHECK(response.type == http::text_type);
    CHECK(response.fields.view().starts_with("ETag: \"3-text\"\r\n"));
  }
  const auto created =
      message_of({"hits", {operation::add}}, {outcome::ok, true, std::nullopt, below}, true);
  CHECK(created.status == http::status::created);
  CHECK(created.body.view() == "-5\n");
  CHECK(created.fields.view() ==
        "Idempotency-Replayed: true\r\nETag: \"3-text\"\r\nLocation: /v1/counters/hits\r\n");
  const auto removed =
      message_of({"hits", {operation::remove}}, {outcome::ok, false, below, std::nullopt}, true);
  CHECK(removed.status == http::status::no_content);
  const auto missing = message_of({"hits", {operation::get}}, {outcome::not_found}, true);
  CHECK(unit::code_in(missing) == "not-found");
}

TEST_CASE(
    "counter_exchange responds to a refusal with problem details, without ETag and Location") {
  for (const auto why :
       {outcome::not_found, outcome::overflow, outcome::limit_reached, outcome::precondition_failed,
        outcome::key_mismatch, outcome::too_many_counters, outcome::idempotency_store_full,
        outcome::overloaded, outcome::draining}) {
    const auto response = message_of({"hits", {operation::add, 1}}, {why, false, six, six});
    CHECK(response.status == http::v1::status_of(http::v1::code_of(why)));
    CHECK(unit::code_in(response) == http::v1::text_of(http::v1::code_of(why)));
    CHECK(response.fields.view() == "");
    CHECK(response.caching == http::caching::no_store);
  }
}
