#pragma once

namespace config {

/// Returns true for an ASCII control character, DEL included: none belongs into a path, a log line
/// or a config file.
constexpr bool is_control_character(char c) noexcept {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

}  // namespace config
