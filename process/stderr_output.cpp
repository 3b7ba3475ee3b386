#include "process/stderr_output.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace process {

namespace {

constexpr int open_flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

/// Opens the controlling terminal, which any user may, if it is also stderr's. Returns -1
/// otherwise.
int open_controlling_terminal() {
  const int terminal = ::open("/dev/tty", open_flags);
  unsigned ours = 0, its = 0;
  if (terminal >= 0 && ::ioctl(STDERR_FILENO, TIOCGDEV, &ours) == 0 &&
      ::ioctl(terminal, TIOCGDEV, &its) == 0 && ours == its)
    return terminal;
  if (terminal >= 0)
    ::close(terminal);
  return -1;
}

/// Opens stderr's pipe or terminal once more. Returns -1 if it is neither, or on failure. A
/// regular file would begin at offset 0.
int open_again(mode_t mode) {
  const bool is_terminal = ::isatty(STDERR_FILENO) == 1;
  if (!S_ISFIFO(mode) && !is_terminal)
    return -1;
  const int descriptor = ::open("/proc/self/fd/2", open_flags);
  return descriptor < 0 && is_terminal ? open_controlling_terminal() : descriptor;
}

/// A pipe is writable when it has room for PIPE_BUF bytes (pipe(7)).
bool has_room() {
  pollfd out{STDERR_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) != 0;
}

}  // namespace

stderr_output::stderr_output() {
  struct stat status {};
  ::fstat(STDERR_FILENO, &status);
  descriptor_ = open_again(status.st_mode);
  if (descriptor_ >= 0)
    kind_ = kind::opened_again;
  else if (S_ISSOCK(status.st_mode))
    kind_ = kind::socket;
}

stderr_output::~stderr_output() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

std::size_t stderr_output::write(std::string_view text) noexcept {
  std::size_t written = 0;
  while (written < text.size()) {
    const auto bytes = write_some(text.substr(written));
    if (bytes == 0)
      break;
    written += bytes;
  }
  return written;
}

/// Returns 0 if there is no room.
std::size_t stderr_output::write_some(std::string_view text) noexcept {
  ssize_t bytes = 0;
  do {
    if (kind_ == kind::opened_again)
      bytes = ::write(descriptor_, text.data(), text.size());
    else if (kind_ == kind::socket)
      bytes = ::send(STDERR_FILENO, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    else if (has_room())
      bytes = ::write(STDERR_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    else
      return 0;
  } while (bytes < 0 && errno == EINTR);
  if (bytes < 0)
    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : text.size();
  return static_cast<std::size_t>(bytes);
}

}  // namespace process
