#include "service/log.hpp"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

namespace service {

std::shared_ptr<process::stderr_sink> open_log(spdlog::level::level_enum level) {
  auto sink = std::make_shared<process::stderr_sink>();
  auto logger = std::make_shared<spdlog::logger>("counterd", sink);
  // spdlog's own handler prints to stderr, and waits until somebody reads it.
  logger->set_error_handler([](const std::string& /*message*/) {});
  spdlog::set_default_logger(std::move(logger));
  spdlog::set_level(level);
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  return sink;
}

}  // namespace service
