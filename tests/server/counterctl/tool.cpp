#include "tests/server/counterctl/tool.hpp"

#include "tests/paths.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace support {

words tool(const words& arguments) {
  words command{COUNTERCTL_BINARY};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

process::ending run_tool(const words& arguments, const tool_setting& setting) {
  const temporary_directory directory;
  const auto input = directory / "input";
  std::ofstream{input, std::ios::binary} << setting.input;
  words command{"sh", "-c", R"(exec "$@" < "$0")", input};
  const auto program = tool(arguments);
  command.insert(command.end(), program.begin(), program.end());
  auto environment = setting.environment;
  if (!setting.server.empty())
    environment.push_back("COUNTERD_URL=" + setting.server);
  return process{command, {.environment = environment}}.wait(std::chrono::seconds{60});
}

std::string advised_key(const std::string& message) {
  const std::string before = "--key ";
  const auto begin = message.find(before);
  if (begin == message.npos)
    throw std::runtime_error{"no key is advised: " + message};
  return message.substr(begin + before.size(), 36);  // a UUID
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream input{text};
  for (std::string line; std::getline(input, line);)
    lines.push_back(line);
  return lines;
}

}  // namespace support
