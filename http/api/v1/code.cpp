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

/// In the order of the codes.
constexpr entry entries[] = {
    {code::invalid_name, status::bad_request, "invalid-name", "The name cannot name a counter"},
    {code::invalid_value, status::bad_request, "invalid-value", "A value is not what it should be"},
    {code::invalid_parameter, status::bad_request, "invalid-parameter",
     "A parameter is unknown, missing or contradicts another"},
    {code::duplicate_parameter, status::bad_request, "duplicate-parameter",
     "A parameter is given more than once"},
    {code::malformed_json, status::bad_request, "malformed-json",
     "The body is not the JSON it should be"},
    {code::invalid_idempotency_key, status::bad_request, "invalid-idempotency-key",
     "The Idempotency-Key cannot be one"},
    {code::bad_request, status::bad_request, "bad-request", "The request makes no sense"},
    {code::forbidden, status::forbidden, "forbidden", "This may not be asked for from there"},
    {code::not_found, status::not_found, "not-found", "There is no such counter"},
    {code::no_such_route, status::not_found, "no-such-route", "There is nothing at this path"},
    {code::method_not_allowed, status::method_not_allowed, "method-not-allowed",
     "This path does not have this method"},
    {code::limit_reached, status::conflict, "limit-reached",
     "The result would be outside of min and max"},
    {code::overflow, status::conflict, "overflow", "The result would not fit into 64 bits"},
    {code::no_data_directory, status::conflict, "no-data-directory",
     "The counters are in memory only"},
    {code::backup_exists, status::conflict, "backup-exists",
     "There is a backup of this name already"},
    {code::precondition_failed, status::precondition_failed, "precondition-failed",
     "The counter is not as the request requires"},
    {code::unsupported_media_type, status::unsupported_media_type, "unsupported-media-type",
     "The body is of a type that is not understood here"},
    {code::idempotency_mismatch, status::unprocessable_content, "idempotency-mismatch",
     "The Idempotency-Key was used for another request"},
    {code::outcome_unknown, status::internal_server_error, "outcome-unknown",
     "It may be done, or it may not"},
    {code::internal, status::internal_server_error, "internal",
     "Something is wrong with the server"},
    {code::overloaded, status::service_unavailable, "overloaded", "There is too much to do"},
    {code::draining, status::service_unavailable, "draining", "The server is stopping"},
    {code::too_many_counters, status::insufficient_storage, "too-many-counters",
     "There is no room for another counter"},
    {code::idempotency_store_full, status::insufficient_storage, "idempotency-store-full",
     "There is no room for another Idempotency-Key"},
    {code::disk_full, status::insufficient_storage, "disk-full", "The disk is full"},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < std::size(entries); ++i)
    if (static_cast<std::size_t>(entries[i].code) != i)
      return false;
  return std::size(entries) == static_cast<std::size_t>(code::disk_full) + 1;
}
static_assert(is_in_order());

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

code code_of(counter::outcome which) noexcept {
  using counter::outcome;
  switch (which) {
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

}  // namespace http::v1
