#pragma once

#include "counter/command.hpp"
#include "http/protocol/status.hpp"

#include <cstdint>
#include <string_view>

namespace http::v1 {

/// What can be wrong with a request, as programs tell it apart. Stable: once
/// published, a code keeps its name and its meaning.
enum class code : std::uint8_t {
  invalid_name,
  invalid_value,      ///< does not parse, has the wrong type, is out of range
  invalid_parameter,  ///< unknown, missing or contradictory
  duplicate_parameter,
  malformed_json,
  invalid_idempotency_key,
  bad_request,
  forbidden,  ///< not for this peer
  not_found,
  no_such_route,
  method_not_allowed,
  limit_reached,
  overflow,
  no_data_directory,
  backup_exists,
  precondition_failed,
  unsupported_media_type,
  idempotency_mismatch,
  outcome_unknown,  ///< the only one after which something may have changed
  internal,
  overloaded,
  draining,
  too_many_counters,
  idempotency_store_full,
  disk_full,
};

/// `limit-reached` and so on.
std::string_view text_of(code code) noexcept;

http::status status_of(code code) noexcept;

/// One short sentence without a dot, the same for every case of the code.
std::string_view title_of(code code) noexcept;

/// What an outcome other than `ok` is called. A read that is not modified is
/// not wrong, unless it was asked to be: then it is a failed precondition.
code code_of(counter::outcome which) noexcept;

}  // namespace http::v1
