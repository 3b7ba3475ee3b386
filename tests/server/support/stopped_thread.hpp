#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <sys/types.h>

namespace support {

/// Stops one thread of a child process, as a debugger does, until destroyed: what another thread
/// of it would see if the system gave the stopped one no processor. Used by one thread.
class stopped_thread {
public:
  /// `name` is the thread's name in /proc. Returns when it is stopped. Throws std::runtime_error
  /// if there is none, std::system_error if it cannot be stopped.
  stopped_thread(pid_t process, const std::string& name);
  /// Lets the thread go on, if it still exists.
  ~stopped_thread();
  stopped_thread(const stopped_thread&) = delete;
  stopped_thread& operator=(const stopped_thread&) = delete;

  /// Returns true if it was stopped while it waited for sockets: it had nothing to do.
  bool was_idle() const;

private:
  pid_t id_;
};

/// Stops loop 0 of a server that has work to do, in the middle of a pass. `operators` is a port of
/// the server that another thread serves: its /readyz has to say that the pass does not end, or
/// the loop goes on and is stopped again. Returns 2 s later or more. Throws std::runtime_error
/// after 20 attempts.
std::unique_ptr<stopped_thread> stop_loop_in_pass(pid_t server, std::uint16_t operators);

}  // namespace support
