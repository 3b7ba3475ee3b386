#pragma once

#include "counter/state.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace storage {

// What a group does to counters is one value, one counter after the other:
//
//   bytes of the name u16, bytes of the row u8, the name, the row
//
// The row is the value of the counter's own one, and empty where the counter is
// gone. A change in memory can be marked as old.

struct change {
  std::string_view name;
  std::string_view row;
  bool is_old = false;
};

void append_change(std::string& to, std::string_view name,
                   const std::optional<counter::state>& after);

/// Whether these are changes and nothing else, and none of them is old.
bool are_changes(std::string_view bytes);

/// The one that begins there, of what are_changes().
change change_at(const char* begin) noexcept;

void mark_as_old(char* begin) noexcept;

/// Calls `visit(begin, change)` for each of what are_changes().
template <class Visit>
void for_each_change(std::string_view changes, Visit visit) {
  const char* const end = changes.data() + changes.size();
  for (const char* begin = changes.data(); begin != end;) {
    const auto one = change_at(begin);
    visit(begin, one);
    begin = one.row.data() + one.row.size();
  }
}

}  // namespace storage
