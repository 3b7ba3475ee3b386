#pragma once

#include <chrono>

namespace http {

using steady_clock = std::chrono::steady_clock;

}  // namespace http
