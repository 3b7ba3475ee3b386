#include "http/api/v1/batch_exchange.hpp"

#include "counter/fingerprint.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
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

}  // namespace

TEST_CASE("batch_exchange sends all operations at once, in their order") {
  batch_exchange batch{
      commands_of({{"a", operation::get}, {"b", operation::add}, {"a", operation::remove}})};
  CHECK(batch.is_long());
  CHECK_FALSE(batch.is_done());
  const auto requests = requests_of(batch);
  REQUIRE(requests.size() == 3);
  std::string names;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& command = std::get<full_command>(requests[i]);
    CHECK(command.position == i);
    names += command.name;
  }
  CHECK(names == "aba");
  CHECK_FALSE(batch.is_done());
  CHECK_FALSE(batch.next_request().has_value());
}

TEST_CASE("batch_exchange orders results by position, in whatever order replies arrive") {
  std::vector<std::size_t> order(4);
  std::iota(order.begin(), order.end(), 0u);
  do {
    batch_exchange batch{commands_of({{"a", operation::get},
                                      {"b", operation::get},
                                      {"c", operation::get},
                                      {"a", operation::get}})};
    auto requests = requests_of(batch);
    REQUIRE(requests.size() == 4);
    for (const auto i : order) {
      CHECK_FALSE(batch.is_done());
      const state now{static_cast<std::int64_t>(i), i + 1};
      batch.take(answered(std::move(requests[i]), full_reply{outcome::ok, false, now, now}));
    }
    REQUIRE(batch.is_done());
    REQUIRE(batch.response().body.view() ==
            R"({"results":[)"
            R"({"status":200,"name":"a","value":0,"version":1,"expires_at":null},)"
            R"({"status":200,"name":"b","value":1,"version":2,"expires_at":null},)"
            R"({"status":200,"name":"c","value":2,"version":3,"expires_at":null},)"
            R"({"status":200,"name":"a","value":3,"version":4,"expires_at":null}]})"
            "\n");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("batch_exchange takes a reply before the next request is sent") {
  batch_exchange batch{commands_of({{"a", operation::get}, {"b", operation::get}})};
  auto first = batch.next_request();
  REQUIRE(first.has_value());
  batch.take(answered(std::move(*first), full_reply{outcome::not_found}));
  CHECK_FALSE(batch.is_done());
  auto second = batch.next_request();
  REQUIRE(second.has_value());
  CHECK(std::get<full_command>(*second).name == "b");
  batch.take(answered(std::move(*second), full_reply{outcome::not_found}));
  CHECK(batch.is_done());
}

TEST_CASE("batch_exchange gives each operation the result of a single request") {
  batch_exchange batch{commands_of({{"a", operation::add},
                                    {"b", operation::set},
                                    {"c", operation::remove},
                                    {"d", operation::add},
                                    {"e", operation::remove},
                                    {"f", operation::get}})};
  const state one{1, 10}, two{2, 11};
  const full_reply replies[] = {
      {outcome::ok, false, one, two},
      {outcome::ok, true, std::nullopt, two},
      {outcome::ok, false, one, std::nullopt, 12},
      {outcome::limit_reached, false, one, one},
      {outcome::ok, true, one, std::nullopt, 13},
      {outcome::overloaded},
  };
  auto requests = requests_of(batch);
  REQUIRE(requests.size() == std::size(replies));
  for (std::size_t i = 0; i < requests.size(); ++i)
    batch.take(answered(std::move(requests[i]), replies[i]));
  const auto response = batch.response();
  CHECK(response.status == http::status::ok);
  CHECK(response.type == http::json_type);
  CHECK(response.fields.view() == "");
  CHECK_FALSE(response.may_be_cached);
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
        R"({"status":503,"code":"overloaded","detail":"nothing was changed; try again later"}]})"
        "\n");
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
  CHECK_FALSE(batch.next_request().has_value());
  CHECK_FALSE(batch.is_done());
  batch.take(answered(std::move(*binding), full_reply{outcome::ok, true}));
  CHECK_FALSE(batch.is_done());
  const auto requests = requests_of(batch);
  REQUIRE(requests.size() == 2);
  CHECK(std::get<full_command>(requests[0]).idempotency_key == "key");
  CHECK(std::get<full_command>(requests[1]).name == "a");
}

TEST_CASE("batch_exchange only replays operations if there is no room to bind the key") {
  for (const auto refusal : {outcome::idempotency_store_full, outcome::disk_full})
    for (const bool has_replay : {true, false}) {
      auto commands = commands_of({{"a", operation::add}, {"b", operation::add}});
      for (auto& command : commands)
        command.idempotency_key = "key";
      batch_exchange batch{commands};
      batch.take(answered(batch.next_request().value(), full_reply{refusal}));
      auto requests = requests_of(batch);
      REQUIRE(requests.size() == 2);
      for (std::size_t i = 0; i < 2; ++i) {
        CHECK(std::get<full_command>(requests[i]).if_unknown == refusal);
        const state one{1, 10};
        batch.take(answered(std::move(requests[i]), has_replay && i == 0
                                                        ? full_reply{outcome::ok, true, {}, one}
                                                        : full_reply{refusal}));
      }
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
  batch.take(answered(batch.next_request().value(), bound));
  const auto requests = requests_of(batch);
  REQUIRE(requests.size() == 1);
  CHECK(std::get<full_command>(requests[0]).forget_at == bound.forget_at);
  CHECK(std::get<full_command>(requests[0]).if_unknown == outcome::ok);
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
  auto requests = requests_of(batch);
  REQUIRE(requests.size() == 1000);
  for (auto request = requests.rbegin(); request != requests.rend(); ++request)
    batch.take(answered(std::move(*request), full_reply{outcome::not_found}));
  REQUIRE(batch.is_done());
  const std::string body{batch.response().body.view()};
  std::size_t results = 0;
  for (auto found = body.find("not-found"); found != body.npos;
       found = body.find("not-found", found + 1))
    ++results;
  CHECK(results == 1000);
}
