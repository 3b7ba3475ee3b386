#pragma once

#include "counter/full_command.hpp"
#include "counter/parameters.hpp"
#include "counter/time.hpp"

#include <string>
#include <string_view>

namespace counter {

/// A command with an idempotency key that succeeded: its parameters, its reply, and
/// the time at which the record is forgotten.
struct idempotency_record {
  counter::parameters parameters;
  full_reply reply;
  time_point forget_at{};

  bool operator==(const idempotency_record&) const = default;
};

/// The unique id of a keyed command's record: its name, key and position. Throws
/// std::bad_alloc.
std::string idempotency_id_of(const full_command& command);

/// The counter's name, with which an id begins.
std::string_view name_of_idempotency_id(std::string_view id) noexcept;

}  // namespace counter
