#include "http/api/v1/counter_reply.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

using counter::full_reply;
using counter::operation;
using counter::outcome;
using counter::state;
using http::v1::json_writer;

namespace {

const counter::time_point soon{std::chrono::milliseconds{1'700'000'000'050}};

std::string body_of(const counter::parameters& parameters, const full_reply& reply) {
  auto text = http::v1::json_object(
      [&](json_writer& writer) { describe_effect(writer, "hits", parameters, reply); });
  text.pop_back();  // the newline
  return text;
}

std::string description_of(std::string_view name, const state& state) {
  json_writer writer;
  describe(writer, name, state);
  auto text = std::move(writer).finish();
  text.pop_back();  // the newline
  return text;
}

}  // namespace

TEST_CASE("describe() of a counter has its name, value, version and expiry") {
  CHECK(description_of("hits", state{6, 1018}) ==
        R"({"name":"hits","value":6,"version":1018,"expires_at":null})");
  CHECK(description_of("\"\xc3\xa9/", state{INT64_MIN, UINT64_MAX, soon}) ==
        "{\"name\":\"\\\"\xc3\xa9/\",\"value\":-9223372036854775808,"
        "\"version\":18446744073709551615,\"expires_at\":\"2023-11-14T22:13:20.050Z\"}");
}

TEST_CASE("describe_effect() has the effect of an operation") {
  const state six{6, 1018}, eight{8, 1019}, zero{0, 1020, soon};
  CHECK(body_of({operation::get}, {outcome::ok, false, six, six}) ==
        R"({"name":"hits","value":6,"version":1018,"expires_at":null})");
  CHECK(body_of({operation::add, 2}, {outcome::ok, false, six, eight}) ==
        R"({"name":"hits","value":8,"previous":6,"applied":2,"version":1019,"created":false,)"
        R"("expires_at":null})");
  CHECK(body_of({operation::set, 0}, {outcome::ok, false, eight, zero}) ==
        R"({"name":"hits","value":0,"previous":8,"version":1020,"created":false,)"
        R"("expires_at":"2023-11-14T22:13:20.050Z"})");
  CHECK(body_of({operation::set, 0}, {outcome::ok, false, std::nullopt, zero}) ==
        R"({"name":"hits","value":0,"previous":null,"version":1020,"created":true,)"
        R"("expires_at":"2023-11-14T22:13:20.050Z"})");
  CHECK(body_of({operation::remove}, {outcome::ok, false, six, std::nullopt, 1021}) ==
        R"({"version":1021})");
  CHECK(body_of({operation::remove}, {outcome::ok, true, six, std::nullopt}) == "{}");
}

TEST_CASE("describe_effect() has the applied amount, measured from initial for a new counter") {
  struct {
    std::int64_t delta, initial;
    std::optional<std::int64_t> before;
    std::int64_t after;
    std::string_view applied;
  } const cases[] = {
      {0, 0, 5, 5, "0"},
      {10, 0, 5, 7, "2"},  // clamped
      {10, 0, 5, 5, "0"},  // clamped to nothing
      {2, 5, std::nullopt, 7, "2"},
      {2, -5, std::nullopt, -3, "2"},
      {2, 5, std::nullopt, 5, "0"},
      {INT64_MAX, 0, INT64_MIN, -1, "9223372036854775807"},
      {INT64_MIN, 0, INT64_MAX, -1, "-9223372036854775808"},
      {INT64_MIN, INT64_MAX, std::nullopt, -1, "-9223372036854775808"},
  };
  for (const auto& [delta, initial, before, after, applied] : cases) {
    CAPTURE(delta);
    CAPTURE(initial);
    const auto body =
        body_of({operation::add, delta, initial},
                {outcome::ok, false, before ? std::optional{state{*before, 1}} : std::nullopt,
                 state{after, 2}});
    CHECK(unit::member(body, "applied") == applied);
    CHECK(unit::member(body, "created") == (before ? "false" : "true"));
  }
}

TEST_CASE("status_of() returns 200, 201 for a new counter and 204 for a removed one") {
  const state some{1, 1};
  CHECK(http::v1::status_of({outcome::ok, false, some, some}) == http::status::ok);
  CHECK(http::v1::status_of({outcome::ok, true, some, some}) == http::status::ok);
  CHECK(http::v1::status_of({outcome::ok, false, std::nullopt, some}) == http::status::created);
  CHECK(http::v1::status_of({outcome::ok, true, std::nullopt, some}) == http::status::created);
  CHECK(http::v1::status_of({outcome::ok, false, some, std::nullopt}) == http::status::no_content);
}
