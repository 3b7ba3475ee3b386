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

/// What a command comes to, if this is what its shard answers.
http::message message_of(full_command command, const full_reply& reply, bool as_text = false) {
  counter_exchange exchange{std::move(command), as_text};
  auto request = exchange.next_request();
  REQUIRE(request.has_value());
  exchange.take(answered(std::move(*request), reply));
  REQUIRE(exchange.is_done());
  return exchange.response();
}

const state six{6, 1018};
const state eight{8, 1019};

}  // namespace

TEST_CASE("a command is asked once, as it is, and answered once") {
  full_command command{"hits", {operation::add, 2}};
  command.idempotency_key = "k";
  command.condition.if_match = counter::version_set{true, {}};
  counter_exchange exchange{command, false};
  CHECK_FALSE(exchange.is_done());
  CHECK_FALSE(exchange.is_long());
  auto request = exchange.next_request();
  REQUIRE(request.has_value());
  const auto& asked = std::get<full_command>(*request);
  CHECK(asked.name == "hits");
  CHECK(asked.parameters == command.parameters);
  CHECK(asked.condition == command.condition);
  CHECK(asked.idempotency_key == "k");
  CHECK_FALSE(exchange.next_request().has_value());
  CHECK_FALSE(exchange.is_done());
  exchange.take(answered(std::move(*request), full_reply{outcome::ok, false, six, eight}));
  CHECK(exchange.is_done());
  CHECK_FALSE(exchange.next_request().has_value());
}

TEST_CASE("a read tells the counter and its tag, and may be kept") {
  const auto message = message_of({"hits", {operation::get}}, {outcome::ok, false, six, six});
  CHECK(message.status == http::status::ok);
  CHECK(message.type == http::json_type);
  CHECK(message.body == "{\"name\":\"hits\",\"value\":6,\"version\":1018,\"expires_at\":null}\n");
  CHECK(message.fields == "ETag: \"1018\"\r\nVary: Accept\r\n");
  CHECK(message.may_be_kept);
}

TEST_CASE("a read of what is known already has its tag and no body") {
  const auto message =
      message_of({"hits", {operation::get}}, {outcome::not_modified, false, six, six});
  CHECK(message.status == http::status::not_modified);
  CHECK(message.body == "");
  CHECK(message.fields == "ETag: \"1018\"\r\nVary: Accept\r\n");
  CHECK(message.may_be_kept);
}

TEST_CASE("a change tells what it did, and may not be kept") {
  const auto changed = message_of({"hits", {operation::add, 2}}, {outcome::ok, false, six, eight});
  CHECK(changed.status == http::status::ok);
  CHECK(changed.fields == "ETag: \"1019\"\r\n");
  CHECK(member(changed.body, "previous") == "6");
  CHECK(member(changed.body, "applied") == "2");
  CHECK_FALSE(changed.may_be_kept);

  const auto created =
      message_of({"a/b c\xc3\xa9", {operation::set, 8}}, {outcome::ok, false, std::nullopt, eight});
  CHECK(created.status == http::status::created);
  CHECK(created.fields == "ETag: \"1019\"\r\nLocation: /v1/counters/a%2Fb%20c%C3%A9\r\n");
  CHECK(member(created.body, "previous") == "null");
  CHECK_FALSE(created.may_be_kept);

  const auto removed =
      message_of({"hits", {operation::remove}}, {outcome::ok, false, eight, std::nullopt});
  CHECK(removed.status == http::status::no_content);
  CHECK(removed.body == "");
  CHECK(removed.fields == "");
}

TEST_CASE("a replay is the first answer, and says that it is one") {
  const auto command = full_command{"hits", {operation::add, 8}};
  for (const auto& before : {std::optional<state>{}, std::optional{six}}) {
    const auto first = message_of(command, {outcome::ok, false, before, eight});
    const auto again = message_of(command, {outcome::ok, true, before, eight});
    CHECK(again.status == first.status);
    CHECK(again.body == first.body);
    CHECK(again.type == first.type);
    CHECK(again.fields == "Idempotency-Replayed: true\r\n" + first.fields);
  }
  const auto removed =
      message_of({"hits", {operation::remove}}, {outcome::ok, true, eight, std::nullopt});
  CHECK(removed.status == http::status::no_content);
  CHECK(removed.fields == "Idempotency-Replayed: true\r\n");
}

TEST_CASE("as text, a success is the bare value, and everything else is as before") {
  const state below{-5, 3};
  for (const auto operation : {operation::get, operation::add, operation::set}) {
    const auto message =
        message_of({"hits", {operation}}, {outcome::ok, false, below, below}, true);
    CHECK(message.body == "-5\n");
    CHECK(message.type == http::text_type);
    CHECK(message.fields.starts_with("ETag: \"3\"\r\n"));
  }
  const auto created =
      message_of({"hits", {operation::add}}, {outcome::ok, true, std::nullopt, below}, true);
  CHECK(created.status == http::status::created);
  CHECK(created.body == "-5\n");
  CHECK(created.fields ==
        "Idempotency-Replayed: true\r\nETag: \"3\"\r\nLocation: /v1/counters/hits\r\n");
  const auto removed =
      message_of({"hits", {operation::remove}}, {outcome::ok, false, below, std::nullopt}, true);
  CHECK(removed.status == http::status::no_content);
  const auto missing = message_of({"hits", {operation::get}}, {outcome::not_found}, true);
  CHECK(unit::code_in(missing) == "not-found");
}

TEST_CASE("what was refused is a problem, with neither tag nor location") {
  for (const auto why :
       {outcome::not_found, outcome::overflow, outcome::limit_reached, outcome::precondition_failed,
        outcome::key_mismatch, outcome::too_many_counters, outcome::idempotency_store_full,
        outcome::overloaded, outcome::draining}) {
    const auto message = message_of({"hits", {operation::add, 1}}, {why, false, six, six});
    CHECK(message.status == http::v1::status_of(http::v1::code_of(why)));
    CHECK(unit::code_in(message) == http::v1::text_of(http::v1::code_of(why)));
    CHECK(message.fields == "");
    CHECK_FALSE(message.may_be_kept);
  }
}
