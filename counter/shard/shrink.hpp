#pragma once

#include <new>

namespace counter {

/// Halves a Boost flat set or map that is less than a third full: erase() never shrinks it.
/// The table is rehashed again only when its elements have halved or grown by three tenths,
/// so each of them costs constant time. If memory is short, the table stays as it is.
template <class Table>
void shrink_if_sparse(Table& table) {
  const auto room = table.bucket_count();
  if (table.size() > room / 3)
    return;
  try {
    table.rehash(table.empty() ? 0 : room / 2);
  } catch (const std::bad_alloc&) {
    // The next erase() tries again.
  }
}

}  // namespace counter
