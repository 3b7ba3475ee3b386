#pragma once

#include <cstdint>
#include <string_view>

namespace counter {

enum class operation : std::uint8_t {
  get,  ///< read the value
  set,  ///< create or overwrite with `operand`
  add,  ///< add `operand`; a missing counter starts at 0
};

/// What can be asked of a counter.
struct command {
  counter::operation operation = operation::get;
  /// Valid as by is_valid_name(). Borrowed: whoever keeps a command keeps the
  /// bytes (see batch).
  std::string_view name;
  std::int64_t operand = 0;
};

enum class outcome : std::uint8_t {
  ok,
  not_found,          ///< get of a counter that does not exist
  overflow,           ///< the exact sum does not fit; nothing changed
  too_many_counters,  ///< the counter would be one too many; nothing changed
  overloaded,         ///< the shard's mailbox is full; nothing changed
  draining,           ///< the store is closing; nothing changed
};

/// What can be answered.
struct reply {
  counter::outcome outcome = outcome::ok;
  std::int64_t value = 0;  ///< after the operation; only when ok
};

}  // namespace counter
