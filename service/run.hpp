#pragma once

#include "config/options.hpp"
#include "process/inherited_sockets.hpp"
#include "process/service_manager.hpp"
#include "process/stderr_sink.hpp"
#include "service/configuration.hpp"

#include <functional>
#include <vector>

namespace service {

/// What a server needs of its process.
struct surroundings {
  std::vector<process::inherited_socket> sockets;
  process::service_manager& manager;
  const process::stderr_sink& log;
  std::function<config::request()> parse;  ///< reads flags, variables and file anew
};

/// Serves until a signal arrives, or the disk fails. Returns the exit code. Call it before there
/// are threads. A start that fails ends the process with a line on stderr.
int run(configuration configuration, const surroundings& around);

}  // namespace service
