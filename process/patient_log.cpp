#include "process/patient_log.hpp"

#include "process/bounded_call.hpp"

#include <spdlog/spdlog.h>

#include <chrono>

namespace process {

void log_patiently(spdlog::level::level_enum level, const std::string& line) {
  constexpr std::chrono::milliseconds patience{100};
  call_within(patience, [level, line] { spdlog::log(level, "{}", line); });
}

}  // namespace process
