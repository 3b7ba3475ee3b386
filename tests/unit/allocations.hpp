#pragma once

#include <cstddef>

namespace unit {

/// What this program has asked of operator new, all threads together.
struct allocations {
  std::size_t calls;       ///< so far
  std::size_t live_bytes;  ///< not given back, as malloc_usable_size() sees it

  static allocations now() noexcept;
};

}  // namespace unit
