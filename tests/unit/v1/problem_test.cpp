#include "http/api/v1/problem.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using counter::outcome;
using http::v1::code;
using unit::member;

namespace {

/// Returns the result of an operation of a batch that was refused.
std::string result_of(const counter::full_reply& reply) {
  return http::v1::json_object(
      [&](http::v1::json_writer& writer) { describe_refusal(writer, reply); });
}

}  // namespace

TEST_CASE("to_response() renders problem details by RFC 9457") {
  const auto response = http::v1::to_response({code::invalid_value, "delta is \"odd\""});
  CHECK(response.status == http::status::bad_request);
  CHECK(response.type == "application/problem+json");
  CHECK(response.body.view() ==
        R"({"type":"urn:counterd:invalid-value","title":"Invalid value",)"
        R"("status":400,"detail":"delta is \"odd\"","code":"invalid-value"})"
        "\n");
  CHECK(response.allow == "");
  CHECK(response.fields.view() == "");
  CHECK(response.caching == http::caching::no_store);
}

TEST_CASE("to_response() renders the index of an operation in a batch") {
  CHECK(member(http::v1::to_response({code::invalid_name, "x", 0}).body.view(), "index") == "0");
  CHECK(member(http::v1::to_response({code::invalid_name, "x", 999}).body.view(), "index") ==
        "999");
  CHECK(member(http::v1::to_response({code::invalid_name, "x"}).body.view(), "index") == "");
}

TEST_CASE("refusal_of() has value and version where the counter's state is the reason") {
  struct {
    counter::outcome outcome;
    int status;
    std::string_view code;
    bool tells_state;
  } const cases[] = {
      {outcome::not_found, 404, "not-found", false},
      {outcome::overflow, 409, "overflow", true},
      {outcome::limit_reached, 409, "limit-reached", true},
      {outcome::precondition_failed, 412, "precondition-failed", true},
      {outcome::key_mismatch, 422, "idempotency-mismatch", false},
      {outcome::overloaded, 503, "overloaded", false},
      {outcome::draining, 503, "draining", false},
      {outcome::too_many_counters, 507, "too-many-counters", false},
      {outcome::idempotency_store_full, 507, "idempotency-store-full", false},
      {outcome::disk_full, 507, "disk-full", false},
      {outcome::unreadable, 500, "internal", false},
      {outcome::backup_exists, 409, "backup-exists", false},
      {outcome::outcome_unknown, 500, "outcome-unknown", false},
  };
  const counter::state now{INT64_MIN, UINT64_MAX};
  for (const auto& [outcome, status, code, tells_state] : cases) {
    CAPTURE(code);
    const auto refusal = http::v1::refusal_of({outcome, false, now, now});
    CHECK(static_cast<int>(refusal.status) == status);
    CHECK(unit::code_in(refusal) == code);
    CHECK(member(refusal.body.view(), "status") == std::to_string(status));
    CHECK(member(refusal.body.view(), "type") == "\"urn:counterd:" + std::string{code} + "\"");
    CHECK(member(refusal.body.view(), "title").size() > 2);
    CHECK(member(refusal.body.view(), "detail").size() > 2);
    CHECK(member(refusal.body.view(), "value") == (tells_state ? "-9223372036854775808" : ""));
    CHECK(member(refusal.body.view(), "version") == (tells_state ? "18446744073709551615" : ""));

    const auto missing = http::v1::refusal_of({outcome});
    CHECK(member(missing.body.view(), "value") == (tells_state ? "null" : ""));
    CHECK(member(missing.body.view(), "version") == (tells_state ? "null" : ""));

    // The result in a batch has the same members, without type and title.
    const auto result = result_of({outcome, false, now, now});
    for (const auto* name : {"status", "code", "detail", "value", "version"})
      CHECK(member(result, name) == member(refusal.body.view(), name));
    CHECK(member(result, "type") == "");
    CHECK(member(result, "title") == "");
  }
}

TEST_CASE("describe_refusal() of a read not modified is a failed precondition") {
  const counter::state now{6, 7};
  const auto result = result_of({outcome::not_modified, false, now, now});
  CHECK(member(result, "status") == "412");
  CHECK(member(result, "code") == "\"precondition-failed\"");
  CHECK(member(result, "value") == "6");
}

TEST_CASE("refusal_of() says that nothing was changed, except for outcome_unknown") {
  for (const auto outcome :
       {outcome::too_many_counters, outcome::idempotency_store_full, outcome::overloaded,
        outcome::draining, outcome::disk_full, outcome::unreadable}) {
    const auto detail = member(http::v1::refusal_of({outcome}).body.view(), "detail");
    CAPTURE(detail);
    CHECK(detail.find("nothing was c") != detail.npos);
  }
  const auto unknown =
      member(http::v1::refusal_of({outcome::outcome_unknown}).body.view(), "detail");
  CHECK(unknown.find("nothing") == unknown.npos);
  CHECK(unknown.find("safely be sent again with the same Idempotency-Key") != unknown.npos);
}
