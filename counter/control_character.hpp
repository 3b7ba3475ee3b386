#pragma once

#include <algorithm>
#include <string>

namespace counter {

/// Returns true for an ASCII control character, DEL included: none belongs into a path, a log line
/// or a config file.
constexpr bool is_control_character(char c) noexcept {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

/// Replaces control characters by `?`, so that a value cannot pass for another line.
inline void hide_control_characters(std::string& text) {
  std::replace_if(text.begin(), text.end(), &is_control_character, '?');
}

}  // namespace counter
