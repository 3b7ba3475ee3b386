#pragma once

#include "tests/paths.hpp"

namespace support {

/// True if the program has a sanitizer, which makes it many times slower and larger. The server
/// tests themselves have none.
constexpr bool is_sanitized = COUNTERD_IS_SANITIZED;

}  // namespace support
