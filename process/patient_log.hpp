#pragma once

#include <spdlog/common.h>

#include <string>

namespace process {

/// Logs a line for a thread that must not wait for long: a stderr that nobody reads delays it by a
/// tenth of a second. Thread-safe.
void log_patiently(spdlog::level::level_enum level, const std::string& line);

}  // namespace process
