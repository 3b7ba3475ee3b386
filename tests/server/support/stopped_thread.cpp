#include "tests/server/support/stopped_thread.hpp"

#include "tests/server/support/client.hpp"

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace support {

using namespace std::chrono_literals;

namespace {

pid_t find(pid_t process, const std::string& name) {
  const std::filesystem::path threads = "/proc/" + std::to_string(process) + "/task";
  for (const auto& thread : std::filesystem::directory_iterator{threads}) {
    std::string found;
    std::getline(std::ifstream{thread.path() / "comm"}, found);
    if (found == name)
      return std::stoi(thread.path().filename());
  }
  throw std::runtime_error("no thread is called " + name);
}

/// Tries until the thread is not idle.
std::unique_ptr<stopped_thread> stop_at_work(pid_t process, const std::string& name) {
  for (;;) {
    auto stopped = std::make_unique<stopped_thread>(process, name);
    if (!stopped->was_idle())
      return stopped;
    stopped.reset();
    std::this_thread::sleep_for(1ms);
  }
}

void check(bool is_good) {
  if (!is_good)
    throw std::system_error(errno, std::generic_category(), "ptrace");
}

}  // namespace

stopped_thread::stopped_thread(pid_t process, const std::string& name) : id_(find(process, name)) {
  check(ptrace(PTRACE_SEIZE, id_, nullptr, nullptr) == 0);
  check(ptrace(PTRACE_INTERRUPT, id_, nullptr, nullptr) == 0);
  int status = 0;
  check(waitpid(id_, &status, __WALL) == id_);
}

bool stopped_thread::was_idle() const {
  // The number of the system call; -1 or `running` if there is none. See proc(5).
  std::string call;
  std::ifstream{"/proc/" + std::to_string(id_) + "/syscall"} >> call;
  return call == std::to_string(SYS_epoll_pwait2) || call == std::to_string(SYS_epoll_pwait) ||
         call == std::to_string(SYS_epoll_wait);
}

std::unique_ptr<stopped_thread> stop_loop_in_pass(pid_t server, std::uint16_t operators) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    auto stopped = stop_at_work(server, "loop 0");
    std::this_thread::sleep_for(2200ms);
    // It may have been stopped between its wait for sockets and the pass that follows; or with a
    // lock of the allocator, or of a sanitizer, that others need.
    try {
      if (get(operators, "/readyz").body.starts_with("loops: "))
        return stopped;
    } catch (const timed_out&) {
      continue;
    }
  }
  throw std::runtime_error("loop 0 has not been stopped in a pass");
}

stopped_thread::~stopped_thread() {
  ptrace(PTRACE_DETACH, id_, nullptr, nullptr);
}

}  // namespace support
