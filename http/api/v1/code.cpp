#include "http/api/v1/code.hpp"

#include <cassert>
#include <cstddef>
#include <iterator>

namespace http::v1 {

namespace {

struct entry {
  v1::code code;
  http::status status;
  std::string_view text;
  std::string_view title;
};

/// Indexed by code.
constexpr entry entries[] = {
    {code::invalid_name, status::bad_request, "invalid-name", "Invalid counter name"},
    {code::invalid_value, status::bad_request, "invalid-value", "Invalid value"},
    {code::invalid_parameter, status::bad_request, "invalid-parameter",
     "Unknown, missing or contradictory parameter"},
    {code::duplicate_parameter, status::bad_request, "duplicate-parameter", "Duplicate parameter"},
    {code::malformed_json, status::bad_request, "malformed-json", "Malformed JSON"},
    {code::invalid_idempotency_key, status::bad_request, "invalid-idempotency-key",
     "Invalid Idempotency-Key"},
    {code::bad_request, status::bad_request, "bad-request", "Malformed request"},
    {code::unauthorized, status::unauthorized, "unauthorized", "A valid token is needed"},
    {code::forbidden, status::forbidden, "forbidden", "Not allowed"},
    {code::read_only, status::forbidden, "read-only", "Server is read-only"},
    {code::cross_origin, status::forbidden, "cross-origin", "Not from another site"},
    {code::prefetch, status::forbidden, "prefetch", "Not for a prefetch"},
    {code::not_found, status::not_found, "not-found", "No such counter"},
    {code::no_such_route, status::not_found, "no-such-route", "No such path"},
    {code::method_not_allowed, status::method_not_allowed, "method-not-allowed",
     "Method not allowed"},
    {code::limit_reached, status::conflict, "limit-reached", "Result outside min and max"},
    {code::overflow, status::conflict, "overflow", "Result does not fit into 64 bits"},
    {code::no_data_directory, status::conflict, "no-data-directory", "No data directory"},
    {code::backup_exists, status::conflict, "backup-exists", "Backup already exists"},
    {code::precondition_failed, status::precondition_failed, "precondition-failed",
     "Precondition failed"},
    {code::unsupported_media_type, status::unsupported_media_type, "unsupported-media-type",
     "Unsupported media type"},
    {code::misdirected, status::misdirected_request, "misdirected", "Not the server for this host"},
    {code::idempotency_mismatch, status::unprocessable_content, "idempotency-mismatch",
     "Idempotency-Key reused for a different request"},
    {code::outcome_unknown, status::internal_server_error, "outcome-unknown", "Outcome unknown"},
    {code::internal, status::internal_server_error, "internal", "Internal server error"},
    {code::overloaded, status::service_unavailable, "overloaded", "Server overloaded"},
    {code::draining, status::service_unavailable, "draining", "Server shutting down"},
    {code::unavailable, status::service_unavailable, "unavailable", "Database unavailable"},
    {code::too_many_counters, status::insufficient_storage, "too-many-counters",
     "Too many counters"},
    {code::idempotency_store_full, status::insufficient_storage, "idempotency-store-full",
     "Idempotency store full"},
    {code::disk_full, status::insufficient_storage, "disk-full", "Disk full"},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < std::size(entries); ++i)
    if (static_cast<std::size_t>(entries[i].code) != i)
      return false;
  return true;
}
static_assert(is_in_order() && std::size(entries) == codes);

const entry& entry_of(code code) noexcept {
  return entries[static_cast<std::size_t>(code)];
}

}  // namespace

std::string_view text_of(code code) noexcept {
  return entry_of(code).text;
}

http::status status_of(code code) noexcept {
  return entry_of(code).status;
}

std::string_view title_of(code code) noexcept {
  return entry_of(code).title;
}

code code_of(counter::outcome failure) noexcept {
  using counter::outcome;
  switch (failure) {
    case outcome::ok:
      break;
    case outcome::not_found:
      return code::not_found;
    case outcome::overflow:
      return code::overflow;
    case outcome::limit_reached:
      return code::limit_reached;
    case outcome::precondition_failed:
    case outcome::not_modified:
      return code::precondition_failed;
    case outcome::key_mismatch:
      return code::idempotency_mismatch;
    case outcome::too_many_counters:
      return code::too_many_counters;
    case outcome::idempotency_store_full:
      return code::idempotency_store_full;
    case outcome::overloaded:
      return code::overloaded;
    case outcome::draining:
      return code::draining;
    case outcome::unavailable:
      return code::unavailable;
    case outcome::disk_full:
      return code::disk_full;
    case outcome::unreadable:
      return code::internal;
    case outcome::backup_exists:
      return code::backup_exists;
    case outcome::outcome_unknown:
      return code::outcome_unknown;
  }
  assert(false);
  __builtin_unreachable();
}

code code_of(const response& response) noexcept {
  if (response.reason != 0)
    return static_cast<code>(response.reason - 1);
  switch (response.status) {
    case status::not_found:
      return code::no_such_route;
    case status::method_not_allowed:
      return code::method_not_allowed;
    default:
      return response.status < status::internal_server_error ? code::bad_request : code::internal;
  }
}

}  // namespace http::v1
