#pragma once

#include "counter/state.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace storage {

// The value of a 'g' row has the changes of counters by a group, one after the other:
//
//   size of the name u16, size of the row u8, name, row
//
// The row is the value of the counter's 'c' row, see rows.hpp; it is empty if the counter
// was deleted. The highest bit of its size marks, in memory only, a change that a later
// one has replaced.

struct change {
  std::string_view name;
  std::string_view row;
  bool is_old = false;  ///< a later one has replaced it
};

/// Appends a change to `after`; nullopt deletes the counter.
void append_change(std::string& changes, std::string_view name,
                   const std::optional<counter::state>& after);

/// Returns whether `bytes` are complete, valid changes and none is marked as old. The
/// functions below require changes that this has accepted; they may be marked since.
bool are_changes(std::string_view bytes);

/// The change that begins at `begin`. Refers to those bytes.
change change_at(const char* begin) noexcept;

/// Marks the change that begins at `begin`.
void mark_as_old(char* begin) noexcept;

/// Calls `visit(begin, change)` for each change, in order.
template <class Visit>
void for_each_change(std::string_view changes, Visit visit) {
  const char* const end = changes.data() + changes.size();
  for (const char* begin = changes.data(); begin != end;) {
    const auto change = change_at(begin);
    visit(begin, change);
    begin = change.row.data() + change.row.size();
  }
}

}  // namespace storage
