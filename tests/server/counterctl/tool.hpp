#pragma once

#include "tests/server/support/server_process.hpp"

#include <string>
#include <vector>

namespace support {

/// Where the tool finds its server, and what else it is given.
struct tool_setting {
  std::string server{};  ///< of COUNTERD_URL
  std::string input{};   ///< stdin
  words environment{};   ///< NAME=VALUE
};

/// Runs counterctl to its end.
process::ending run_tool(const words& arguments, const tool_setting& setting = {});

/// The command of a counterctl that goes on: for `process`.
words tool(const words& arguments);

/// Runs counterctl on a server.
inline process::ending ask(const server_process& server, const words& arguments,
                           const std::string& input = {}) {
  return run_tool(arguments,
                  {.server = "127.0.0.1:" + std::to_string(server.port()), .input = input});
}

/// Returns the key that a message advises; throws if there is none.
std::string advised_key(const std::string& message);

/// The lines of a text, without their ends.
std::vector<std::string> lines_of(const std::string& text);

}  // namespace support
