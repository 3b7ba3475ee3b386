#include "process/stderr_sink.hpp"

#include "counter/control_character.hpp"

#include <string_view>

namespace process {

void stderr_sink::sink_it_(const spdlog::details::log_msg& message) {
  if (!write_rest()) {
    return drop();
  }
  spdlog::memory_buf_t buffer;
  formatter_->format(message, buffer);
  // What a line repeats, such as a path, cannot pass for another line.
  counter::hide_control_characters(buffer.begin(), buffer.end() - 1);
  if (dropped_ > 0) {
    const auto note = "(" + std::to_string(dropped_) + " lines were dropped: nobody read them)\n";
    buffer.append(note.data(), note.data() + note.size());
  }
  const std::string_view line{buffer.data(), buffer.size()};
  const auto written = output_.write(line);
  if (written == 0) {
    return drop();
  }
  dropped_ = 0;
  rest_ = line.substr(written);
}

void stderr_sink::drop() noexcept {
  ++dropped_;
  ++all_dropped_;
}

/// Completes the line that was cut. Returns false if there is still too little room.
bool stderr_sink::write_rest() {
  rest_.erase(0, output_.write(rest_));
  return rest_.empty();
}

}  // namespace process
