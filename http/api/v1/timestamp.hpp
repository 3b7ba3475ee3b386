#pragma once

#include "counter/time.hpp"

#include <string>

namespace http::v1 {

/// Formats a time by RFC 3339, in UTC with milliseconds: `2026-11-25T21:19:50.123Z`.
std::string to_rfc3339(counter::time_point time);

}  // namespace http::v1
