#pragma once

#include "process/stderr_sink.hpp"

#include <spdlog/common.h>

#include <memory>

namespace service {

/// Logs to stderr from now on. Returns where the lines go.
std::shared_ptr<process::stderr_sink> open_log(spdlog::level::level_enum level);

}  // namespace service
