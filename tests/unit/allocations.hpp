#pragma once

#include <cstddef>

namespace unit {

/// Counts what operator new has allocated, in all threads together.
struct allocations {
  std::size_t calls;       ///< of operator new, since the start
  std::size_t live_bytes;  ///< not deleted yet, by malloc_usable_size()

  static allocations now() noexcept;
};

}  // namespace unit
