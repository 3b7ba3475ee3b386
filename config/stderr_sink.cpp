#include "config/stderr_sink.hpp"

#include <algorithm>
#include <climits>
#include <string>

#include <poll.h>
#include <unistd.h>

namespace config {

namespace {

/// A pipe is writable when it has room for PIPE_BUF bytes (pipe(7)), so a line up to that
/// length does not block.
bool has_room() {
  pollfd out{STDERR_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) != 0;
}

void write_line(std::string_view line) {
  // There is nowhere to report an error.
  [[maybe_unused]] const auto written =
      ::write(STDERR_FILENO, line.data(), std::min<std::size_t>(line.size(), PIPE_BUF));
}

}  // namespace

void stderr_sink::sink_it_(const spdlog::details::log_msg& message) {
  if (!has_room()) {
    ++dropped_;
    return;
  }
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  if (dropped_ > 0) {
    const auto note = "(" + std::to_string(dropped_) + " lines were dropped: nobody read them)\n";
    line.append(note.data(), note.data() + note.size());
    dropped_ = 0;
  }
  write_line({line.data(), line.size()});
}

}  // namespace config
