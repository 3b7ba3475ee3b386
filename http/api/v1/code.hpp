#pragma once

#include "counter/command.hpp"
#include "http/protocol/response.hpp"
#include "http/protocol/status.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace http::v1 {

/// The machine-readable reason for a failed request: the member `code` of problem details.
/// Published codes are stable: none changes its name or its meaning.
enum class code : std::uint8_t {
  invalid_name,
  invalid_value,      ///< does not parse, has the wrong type or is out of range
  invalid_parameter,  ///< unknown, missing or contradictory
  duplicate_parameter,
  malformed_json,
  invalid_idempotency_key,
  bad_request,
  unauthorized,  ///< the request needs a token that is valid
  forbidden,     ///< the client may not send this request
  read_only,     ///< nobody may change a counter
  cross_origin,  ///< a page of another site sent what only a user or its own pages may send
  prefetch,      ///< a browser fetched ahead what would change or list counters
  not_found,
  no_such_route,
  method_not_allowed,
  limit_reached,
  overflow,
  no_data_directory,
  backup_exists,
  precondition_failed,
  unsupported_media_type,
  misdirected,  ///< the server does not answer for the request's Host
  idempotency_mismatch,
  outcome_unknown,  ///< the only code after which something may have changed
  internal,
  overloaded,
  draining,
  unavailable,  ///< the database cannot be reached
  too_many_counters,
  idempotency_store_full,
  disk_full,
};

/// How many codes there are.
inline constexpr std::size_t codes = static_cast<std::size_t>(code::disk_full) + 1;

/// Returns the code as clients see it: `limit-reached`, ...; static.
std::string_view text_of(code code) noexcept;

http::status status_of(code code) noexcept;

/// Returns the `title` of the problem details: a short phrase without a full stop, the same for
/// every occurrence of the code (RFC 9457 section 3.1.3); static.
std::string_view title_of(code code) noexcept;

/// Returns the code for an outcome other than `ok`. `not_modified` is a failed precondition in an
/// operation of a batch; a single read responds to it with 304 instead.
code code_of(counter::outcome failure) noexcept;

/// Returns what response::reason is for a code.
constexpr std::uint8_t reason_of(code code) noexcept {
  return static_cast<std::uint8_t>(static_cast<unsigned>(code) + 1);
}

/// Returns the code of an error response; if it has no reason, the code that fits its status best.
code code_of(const response& response) noexcept;

}  // namespace http::v1
