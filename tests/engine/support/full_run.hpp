#pragma once

#include <cstdlib>

namespace support {

/// Returns true if tests try all cases, and not only some: COUNTERD_TEST_FULL=1.
inline bool is_full_run() {
  const char* given = std::getenv("COUNTERD_TEST_FULL");
  return given != nullptr && *given == '1';
}

}  // namespace support
