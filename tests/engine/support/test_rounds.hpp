#pragma once

#include <cstdlib>

namespace support {

/// Returns how often each failure happens: COUNTERD_TEST_ROUNDS, or 1.
inline int test_rounds() {
  const char* given = std::getenv("COUNTERD_TEST_ROUNDS");
  return given != nullptr ? std::atoi(given) : 1;
}

}  // namespace support
