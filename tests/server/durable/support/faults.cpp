#include "tests/server/durable/support/faults.hpp"

#include "tests/unit/seed.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <exception>

namespace support {

namespace {

/// Follows all threads and tells nothing.
words strace(const std::string& what) {
  return {"strace", "-f",
          "-e",     "signal=none",
          "-o",     "/dev/null",
          "-e",     "trace=" + what.substr(0, what.find(':')),
          "-e",     "inject=" + what};
}

words attached(const process& server, const std::string& what, const std::string& file) {
  auto command = strace(what);
  if (!file.empty())
    command.insert(command.end(), {"-P", file});
  command.insert(command.end(), {"-p", std::to_string(server.id())});
  return command;
}

}  // namespace

bool can_inject() {
  if (unit::is_sanitized) {
    MESSAGE("a sanitized server under strace is too slow to tell: not tested");
    return false;
  }
  static const bool can = [] {
    try {
      const process idle{{"sleep", "1000"}};
      const fault tried{idle, "fdatasync:error=EIO"};
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

setting injected(const std::string& what) {
  auto runner = strace(what);
  // The server is our child, and strace is its.
  runner.insert(runner.begin() + 1, {"-D", "-qq"});
  auto how = injectable();
  how.runner = runner;
  return how;
}

fault::fault(const process& server, const std::string& what, const std::string& file)
    : process(attached(server, what, file)) {
  wait_for_log(" attached");
}

void fault::end() {
  signal(SIGTERM);
  wait();
}

}  // namespace support
