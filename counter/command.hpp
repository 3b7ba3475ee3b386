#pragma once

#include <cstdint>
#include <string_view>

namespace counter {

enum class operation : std::uint8_t {
  get,     ///< read the value
  set,     ///< create or overwrite with `operand`
  add,     ///< add `operand`; a missing counter starts at 0
  remove,  ///< forget the counter; only in a full_command
};

/// What can be asked of a counter in short: nothing but an operand. Everything
/// else takes a full_command.
struct command {
  counter::operation operation = operation::get;
  /// Valid as by is_valid_name(). Borrowed: whoever keeps a command keeps the
  /// bytes (see batch).
  std::string_view name;
  std::int64_t operand = 0;
};

/// Anything but `ok` means that nothing changed; the last one says why it does not.
enum class outcome : std::uint8_t {
  ok,
  not_found,               ///< the counter does not exist, and is not to be created
  overflow,                ///< the exact sum does not fit
  limit_reached,           ///< the sum is out of the bounds that were given
  precondition_failed,     ///< a condition does not hold
  not_modified,            ///< a read of a version that is known already
  key_mismatch,            ///< the idempotency key was used for something else
  too_many_counters,       ///< the counter would be one too many
  idempotency_store_full,  ///< no room to remember one more idempotency key
  overloaded,              ///< the shard's mailbox is full
  draining,                ///< the store is closing
  disk_full,               ///< there is no room on the disk
  unreadable,              ///< what is on the disk is damaged or cannot be read
  backup_exists,           ///< a backup of that name was made before
  /// The one that may have changed something: the disk failed on the way, and
  /// only a restart tells.
  outcome_unknown,
};

/// What can be answered in short.
struct reply {
  counter::outcome outcome = outcome::ok;
  std::int64_t value = 0;  ///< after the operation; only when ok
};

}  // namespace counter
