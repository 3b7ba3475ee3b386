#pragma once

#include "counter/full_command.hpp"
#include "counter/parameters.hpp"
#include "counter/time.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace counter {

/// A command with an idempotency key that was carried out: its parameters, its reply, and
/// the time at which the record is forgotten. The outcome of the reply is `ok`, or one that
/// is_definite_refusal() for an operation of a batch.
struct idempotency_record {
  counter::parameters parameters;
  full_reply reply;
  time_point forget_at{};

  bool operator==(const idempotency_record&) const = default;
};

/// Returns true if the command was refused because of what it asks of its counter. For want of
/// room, or under load, a repeated batch tries its operations again; these it does not, because
/// its later operations may have changed the counter since.
constexpr bool is_definite_refusal(outcome outcome) noexcept {
  return outcome == outcome::not_found || outcome == outcome::overflow ||
         outcome == outcome::limit_reached || outcome == outcome::precondition_failed;
}

/// Returns whether the reply of `record`, which was found under the command's id and is not
/// forgotten at `now`, is the reply to `command`. If not, the record is of an earlier binding of
/// the key, and the command is carried out and remembered in its place.
bool is_reply_to(const full_command& command, const idempotency_record& record,
                 time_point now) noexcept;

/// Returns when the record of a command that is carried out at `now` is forgotten. `ttl` is the
/// default.
time_point forget_at_of(const full_command& command, time_point now,
                        std::chrono::milliseconds ttl) noexcept;

/// The unique id of a keyed command's record: its name, key and position. Throws
/// std::bad_alloc.
std::string idempotency_id_of(const full_command& command);

/// The counter's name, with which an id begins.
std::string_view name_of_idempotency_id(std::string_view id) noexcept;

}  // namespace counter
