#include "tests/server/durable/support/faults.hpp"

#include "tests/server/support/sanitized.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <exception>

namespace support {

namespace {

/// Follows all threads and prints nothing.
words strace(const std::string& injection) {
  return {"strace", "-f",
          "-e",     "signal=none",
          "-o",     "/dev/null",
          "-e",     "trace=" + injection.substr(0, injection.find(':')),
          "-e",     "inject=" + injection};
}

words attached_strace(const process& server, const std::string& injection,
                      const std::string& file) {
  auto command = strace(injection);
  if (!file.empty())
    command.insert(command.end(), {"-P", file});
  command.insert(command.end(), {"-p", std::to_string(server.id())});
  return command;
}

}  // namespace

bool can_inject() {
  if (support::is_sanitized) {
    MESSAGE("a sanitized server under strace is too slow: not tested");
    return false;
  }
  static const bool can = [] {
    try {
      const process idle{{"sleep", "1000"}};
      const fault attempt{idle, "fdatasync:error=EIO"};
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }();
  if (!can)
    MESSAGE("strace (Debian: strace) is missing or not permitted: not tested");
  return can;
}

setting injectable() {
  const char* given = std::getenv("ASAN_OPTIONS");
  const std::string options = given != nullptr ? std::string{given} + ":" : "";
  return {.environment = {"ASAN_OPTIONS=" + options + "detect_leaks=0"}};
}

setting injected(const std::string& injection) {
  auto runner = strace(injection);
  // -D: the server stays our child, and strace becomes its grandchild.
  runner.insert(runner.begin() + 1, {"-D", "-qq"});
  auto setting = injectable();
  setting.runner = runner;
  return setting;
}

fault::fault(const process& server, const std::string& injection, const std::string& file)
    : process(attached_strace(server, injection, file)) {
  wait_for_log(" attached");
}

void fault::end() {
  signal(SIGTERM);
  wait();
}

}  // namespace support
