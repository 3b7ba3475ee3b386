#pragma once

#include <cstddef>
#include <string_view>

namespace process {

/// Writes to stderr as it was at construction, without blocking.
///
/// stderr shares its open file, and with it O_NONBLOCK, with the shell and other programs, so
/// the flag stays as it is: a pipe or a terminal is opened once more, a socket is asked for
/// each call (MSG_DONTWAIT). Where the system refuses to open it (a terminal or a pipe of
/// another user), poll() decides; that may block on a terminal with little room, or if another
/// program fills the pipe first. A regular file never blocks by its nature, but its disk may.
class stderr_output {
public:
  stderr_output();
  ~stderr_output();
  stderr_output(const stderr_output&) = delete;
  stderr_output& operator=(const stderr_output&) = delete;

  /// Writes as much of `text` as there is room for, and returns its length. Returns the length
  /// of all of it after an error: there is nowhere to report one.
  std::size_t write(std::string_view text) noexcept;

private:
  enum class kind { opened_again, socket, polled };

  std::size_t write_some(std::string_view text) noexcept;

  kind kind_ = kind::polled;
  int descriptor_;
};

}  // namespace process
