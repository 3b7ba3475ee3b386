#pragma once

#include <chrono>

namespace counter {

/// Wall-clock time. Expiries have its resolution.
using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

}  // namespace counter
