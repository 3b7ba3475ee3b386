#pragma once

#include <string>

namespace counter {

/// Returns true for an ASCII control character, DEL included: none belongs into a path, a log line
/// or a config file.
constexpr bool is_control_character(char c) noexcept {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

/// Replaces control characters by `?`, so that a value cannot pass for another line, nor a terminal
/// obey it: those of ASCII, and U+0080 to U+009F in UTF-8 by one for each of their two bytes.
inline void hide_control_characters(char* begin, char* end) noexcept {
  for (auto* next = begin; next != end; ++next) {
    const bool is_c1 = *next == '\xc2' && end - next > 1 && static_cast<signed char>(next[1]) < -96;
    if (is_c1)
      *next++ = '?';
    if (is_c1 || is_control_character(*next))
      *next = '?';
  }
}

inline void hide_control_characters(std::string& text) noexcept {
  hide_control_characters(text.data(), text.data() + text.size());
}

}  // namespace counter
