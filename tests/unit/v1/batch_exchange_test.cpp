#include "http/api/v1/batch_exchange.hpp"

#include "counter/fingerprint.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using counter::full_command;
using counter::full_reply;
using counter::operation;
using counter::outcome;
using counter::state;
using http::v1::batch_exchange;
using unit::answered;
using unit::requests_of;

namespace {

std::vector<full_command> commands_of(std::vector<std::pair<std::string, operation>> list) {
  std::vector<full_command> commands;
  for (auto& [name, operation] : list) {
    full_command command{std::move(name), {operation}};
    command.position = static_cast<std::uint16_t>(commands.size());
    commands.push_back(std::move(command));
  }
  return commands;
}

/// Returns the commands that the exchange sends now; none if it sends none.
counter::command_list sent_by(batch_exchange& batch) {
  auto requests = requests_of(batch);
  if (requests.empty())
    return {};
  CHECK(requests.size() == 1);
  return std::get<counter::command_list>(std::move(requests[0]));
}

void answer(batch_exchange& batch, counter::command_list commands, counter::reply_list replies) {
  REQUIRE(commands.size() == replies.size());
  batch.take(answered(std::move(commands), std::move(replies)));
}

}  // namespace

TEST_CASE("batch_exchange sends its operations as one list, in their order") {
  batch_exchange batch{
      commands_of({{"a", operation::get}, {"b", operation::add}, {"a", operation::remove}})};
  CHECK(batch.is_long());
  CHECK_FALSE(batch.is_done());
  const auto commands = sent_by(batch);
  REQUIRE(commands.size() == 3);
  std::string names;
  for (const auto& command : commands)
    names += command.name;
  CHECK(names == "aba");
  CHECK_FALSE(batch.is_done());
  CHECK_FALSE(batch.next_request().has_value());
}

TEST_CASE("batch_exchange gives each operation the result of a single request") {
  batch_exchange batch{commands_of({{"a", operation::add},
                                    {"b", operation::set},
                                    {"c", operation::remove},
                                    {"d", operation::add},
                                    {"e", operation::remove},
                                    {"f", operation::get},
                                    {"g", operation::remove}})};
  const state one{1, 10}, two{2, 11};
  const counter::reply_list replies{
      {outcome::ok, false, one, two},
      {outcome::ok, true, std::nullopt, two},
      {outcome::ok, false, one, std::nullopt, 12},
      {outcome::limit_reached, false, one, one},
      {outcome::ok, true, one, std::nullopt, 13},
      {outcome::overloaded},
      {outcome::not_found, true},
  };
  answer(batch, sent_by(batch), replies);
  const auto response = batch.response();
  CHECK(response.status == http::status::ok);
  CHECK(response.type == http::json_type);
  CHECK(response.fields.view() == "");
  CHECK(response.caching == http::caching::no_store);
  CHECK(response.body.view() ==
        R"({"results":[)"
        R"({"status":200,"name":"a","value":2,"previous":1,"applied":1,"version":11,)"
        R"("created":false,"expires_at":null},)"
        R"({"status":201,"name":"b","value":2,"previous":null,"version":11,"created":true,)"
        R"("expires_at":null,"replayed":true},)"
        R"({"status":204,"version":12},)"
        R"({"status":409,"code":"limit-reached",)"
        R"("detail":"the result is out of bounds; the counter is unchanged",)"
        R"("value":1,"version":10},)"
        R"({"status":204,"version":13,"replayed":true},)"
        R"({"status":503,"code":"overloaded","detail":"nothing was changed; try again later"},)"
        R"({"status":404,"code":"not-found","detail":"the counter does not exist",)"
        R"("replayed":true}]})"
        "\n");
}

TEST_CASE(
    "batch_exchange responds 503 if all operations are overloaded, and reports none of them") {
  for (const std::size_t operations : {1, 3}) {
    const std::vector<std::pair<std::string, operation>> list(operations, {"x", operation::add});
    batch_exchange batch{commands_of(list)};
    answer(batch, sent_by(batch), counter::reply_list(operations, full_reply{outcome::overloaded}));
    REQUIRE(batch.is_done());
    int failures = 0;
    batch.report_failures([&failures](std::uint8_t) { ++failures; });
    CHECK(failures == 0);
    const auto response = batch.response();
    CHECK(response.status == http::status::service_unavailable);
    CHECK(unit::code_in(response) == "overloaded");
    CHECK(response.reason == http::v1::reason_of(http::v1::code::overloaded));
  }
}

TEST_CASE("batch_exchange sends the operations of a keyed batch when its key is bound") {
  auto commands = commands_of({{"b", operation::get}, {"a", operation::add}});
  for (auto& command : commands)
    command.idempotency_key = "key";
  batch_exchange batch{commands};
  auto binding = batch.next_request();
  REQUIRE(binding.has_value());
  CHECK(std::get<full_command>(*binding).parameters ==
        counter::parameters{operation::bind, counter::fingerprint_of(commands)});
  CHECK(std::get<full_command>(*binding).bound_operations == 2);
  CHECK_FALSE(batch.next_request().has_value());
  CHECK_FALSE(batch.is_done());
  batch.take(answered(std::move(*binding), full_reply{outcome::ok, true}));
  CHECK_FALSE(batch.is_done());
  const auto sent = sent_by(batch);
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].idempotency_key == "key");
  CHECK(sent[1].name == "a");
}

TEST_CASE("batch_exchange only replays operations if there is no room to bind the key") {
  for (const auto refusal : {outcome::idempotency_store_full, outcome::disk_full})
    for (const bool has_replay : {true, false}) {
      auto commands = commands_of({{"a", operation::add}, {"b", operation::add}});
      for (auto& command : commands)
        command.idempotency_key = "key";
      batch_exchange batch{commands};
      batch.take(answered(batch.next_request().value(), full_reply{refusal}));
      auto sent = sent_by(batch);
      REQUIRE(sent.size() == 2);
      for (const auto& command : sent)
        CHECK(command.if_unknown == refusal);
      const state one{1, 10};
      answer(batch, std::move(sent),
             {has_replay ? full_reply{outcome::ok, true, {}, one} : full_reply{refusal},
              full_reply{refusal}});
      REQUIRE(batch.is_done());
      const auto response = batch.response();
      CHECK(response.status ==
            (has_replay ? http::status::ok : http::status::insufficient_storage));
      CHECK((response.body.view().find("replayed") != std::string_view::npos) == has_replay);
    }
}

TEST_CASE("batch_exchange has its operations forgotten with the binding") {
  auto commands = commands_of({{"a", operation::add}});
  commands[0].idempotency_key = "key";
  batch_exchange batch{commands};
  full_reply bound;
  bound.forget_at = counter::time_point{std::chrono::milliseconds{77}};
  bound.bound_at = counter::time_point{std::chrono::milliseconds{55}};
  batch.take(answered(batch.next_request().value(), bound));
  const auto sent = sent_by(batch);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].forget_at == bound.forget_at);
  CHECK(sent[0].bound_at == bound.bound_at);
  CHECK(sent[0].if_unknown == outcome::ok);
}

TEST_CASE("batch_exchange sends no operation if the binding of the key is refused") {
  for (const auto& [refusal, code] : {std::pair{outcome::key_mismatch, "idempotency-mismatch"},
                                      std::pair{outcome::overloaded, "overloaded"},
                                      std::pair{outcome::outcome_unknown, "outcome-unknown"}}) {
    auto commands = commands_of({{"a", operation::remove}});
    commands[0].idempotency_key = "key";
    batch_exchange batch{commands};
    auto binding = batch.next_request();
    REQUIRE(binding.has_value());
    batch.take(answered(std::move(*binding), full_reply{refusal}));
    CHECK(batch.is_done());
    CHECK_FALSE(batch.next_request().has_value());
    CHECK(unit::code_in(batch.response()) == code);
  }
}

TEST_CASE("batch_exchange responds once to a batch of a thousand operations") {
  std::vector<std::pair<std::string, operation>> list(1000, {"x", operation::get});
  batch_exchange batch{commands_of(list)};
  answer(batch, sent_by(batch), counter::reply_list(1000, full_reply{outcome::not_found}));
  REQUIRE(batch.is_done());
  const std::string body{batch.response().body.view()};
  std::size_t results = 0;
  for (auto found = body.find("not-found"); found != body.npos;
       found = body.find("not-found", found + 1))
    ++results;
  CHECK(results == 1000);
}
