#pragma once

#include <cstdint>
#include <string_view>

namespace counter {

enum class operation : std::uint8_t {
  get,     ///< reads the value
  set,     ///< creates the counter or overwrites it with `operand`
  add,     ///< adds `operand`; a missing counter starts at 0
  remove,  ///< deletes the counter; only in a full_command
  /// Binds the idempotency key of a full_command to the fingerprint in `operand` and changes no
  /// counter. The key is then refused with another fingerprint.
  bind,
};

/// A short command: an operation that needs nothing but an operand, as the text endpoints send
/// it. A full_command has all the options.
struct command {
  counter::operation operation = operation::get;
  /// Valid by is_valid_name(). Borrowed: to store a command, copy the bytes, too (see
  /// batch).
  std::string_view name;
  std::int64_t operand = 0;
};

/// Every outcome except `ok` and `outcome_unknown` guarantees that nothing changed.
enum class outcome : std::uint8_t {
  ok,
  not_found,               ///< the counter does not exist and must not be created
  overflow,                ///< the exact sum does not fit an int64
  limit_reached,           ///< the sum is out of the bounds in the parameters
  precondition_failed,     ///< a condition does not hold
  not_modified,            ///< a read of a version that the client has
  key_mismatch,            ///< the idempotency key was used with other parameters
  too_many_counters,       ///< limits::counters_max is reached
  idempotency_store_full,  ///< limits::idempotency_records_max is reached
  overloaded,              ///< too much waits in the shard's mailbox
  draining,                ///< the store is closing, or its disk has failed
  disk_full,               ///< no space is left on the disk
  unreadable,              ///< data on the disk is damaged, or reading it failed
  unavailable,             ///< the database cannot be reached
  backup_exists,           ///< there is a backup of that name
  outcome_unknown,  ///< the disk failed during the change: only a restart shows what is stored
};

/// The reply to a command.
struct reply {
  counter::outcome outcome = outcome::ok;
  std::int64_t value = 0;  ///< after the operation; only if ok
};

}  // namespace counter
