#include "http/api/v1/code.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <set>
#include <string_view>

using counter::outcome;
using http::v1::code;

TEST_CASE("text_of() and status_of() return the published values for every code") {
  struct {
    http::v1::code code;
    std::string_view text;
    int status;
  } const cases[] = {
      {code::invalid_name, "invalid-name", 400},
      {code::invalid_value, "invalid-value", 400},
      {code::invalid_parameter, "invalid-parameter", 400},
      {code::duplicate_parameter, "duplicate-parameter", 400},
      {code::malformed_json, "malformed-json", 400},
      {code::invalid_idempotency_key, "invalid-idempotency-key", 400},
      {code::bad_request, "bad-request", 400},
      {code::unauthorized, "unauthorized", 401},
      {code::forbidden, "forbidden", 403},
      {code::read_only, "read-only", 403},
      {code::cross_origin, "cross-origin", 403},
      {code::prefetch, "prefetch", 403},
      {code::not_found, "not-found", 404},
      {code::no_such_route, "no-such-route", 404},
      {code::method_not_allowed, "method-not-allowed", 405},
      {code::limit_reached, "limit-reached", 409},
      {code::overflow, "overflow", 409},
      {code::no_data_directory, "no-data-directory", 409},
      {code::backup_exists, "backup-exists", 409},
      {code::precondition_failed, "precondition-failed", 412},
      {code::unsupported_media_type, "unsupported-media-type", 415},
      {code::misdirected, "misdirected", 421},
      {code::idempotency_mismatch, "idempotency-mismatch", 422},
      {code::outcome_unknown, "outcome-unknown", 500},
      {code::internal, "internal", 500},
      {code::overloaded, "overloaded", 503},
      {code::draining, "draining", 503},
      {code::unavailable, "unavailable", 503},
      {code::too_many_counters, "too-many-counters", 507},
      {code::idempotency_store_full, "idempotency-store-full", 507},
      {code::disk_full, "disk-full", 507},
  };
  std::set<std::string_view> titles;
  std::set<http::v1::code> codes;
  for (const auto& [code, text, status] : cases) {
    CAPTURE(text);
    CHECK(http::v1::text_of(code) == text);
    CHECK(static_cast<int>(http::v1::status_of(code)) == status);
    const auto title = http::v1::title_of(code);
    CHECK(title != "");
    CHECK_FALSE(title.ends_with('.'));
    titles.insert(title);
    codes.insert(code);
  }
  CHECK(std::size(cases) == static_cast<std::size_t>(code::disk_full) + 1);
  CHECK(titles.size() == std::size(cases));
  CHECK(codes.size() == std::size(cases));
}

TEST_CASE("code_of() returns a code for every outcome but ok") {
  struct {
    counter::outcome outcome;
    http::v1::code code;
  } const cases[] = {
      {outcome::not_found, code::not_found},
      {outcome::overflow, code::overflow},
      {outcome::limit_reached, code::limit_reached},
      {outcome::precondition_failed, code::precondition_failed},
      {outcome::not_modified, code::precondition_failed},
      {outcome::key_mismatch, code::idempotency_mismatch},
      {outcome::too_many_counters, code::too_many_counters},
      {outcome::idempotency_store_full, code::idempotency_store_full},
      {outcome::overloaded, code::overloaded},
      {outcome::draining, code::draining},
      {outcome::disk_full, code::disk_full},
      {outcome::unreadable, code::internal},
      {outcome::backup_exists, code::backup_exists},
      {outcome::outcome_unknown, code::outcome_unknown},
  };
  for (const auto& [outcome, code] : cases)
    CHECK(http::v1::code_of(outcome) == code);
}
