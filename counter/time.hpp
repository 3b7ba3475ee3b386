#pragma once

#include <chrono>

namespace counter {

/// Wall-clock time, as expiries are told.
using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

}  // namespace counter
