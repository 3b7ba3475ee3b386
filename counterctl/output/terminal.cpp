#include "counterctl/output/terminal.hpp"

#include <clocale>
#include <cstdio>
#include <cwchar>

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace counterctl {

namespace {

struct code_point {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool is_valid = false;
};

/// Decodes the first character of a text that is not empty.
code_point first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80)
    return {lead, 1, true};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (size == 1 || size > text.size())
    return {lead, 1, false};
  char32_t value = lead & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80)
      return {lead, 1, false};
    value = (value << 6) | (next & 0x3fu);
  }
  return {value, size, true};
}

bool controls_terminal(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200e && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

winsize terminal_size() noexcept {
  winsize size{};
  ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  return size;
}

/// wcwidth() knows characters only in a locale of UTF-8.
void use_utf8() {
  static const bool is_set = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  (void)is_set;
}

}  // namespace

bool is_terminal(int descriptor) noexcept {
  return ::isatty(descriptor) == 1;
}

bool is_file(int descriptor) noexcept {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

std::size_t terminal_columns() noexcept {
  const auto size = terminal_size();
  return size.ws_col > 0 ? size.ws_col : 80;
}

std::size_t terminal_rows() noexcept {
  const auto size = terminal_size();
  return size.ws_row > 0 ? size.ws_row : 24;
}

std::string escape(std::string_view text) {
  std::string escaped;
  for (; !text.empty();) {
    const auto c = first_of(text);
    char code[8];
    if (!c.is_valid || controls_terminal(c.value)) {
      std::snprintf(code, sizeof code, c.is_valid ? "\\u%04x" : "\\x%02x",
                    static_cast<unsigned>(c.value));
      escaped += code;
    } else {
      escaped += text.substr(0, c.bytes);
    }
    text.remove_prefix(c.bytes);
  }
  return escaped;
}

std::size_t width_of(std::string_view text) {
  use_utf8();
  std::size_t width = 0;
  for (; !text.empty();) {
    const auto c = first_of(text);
    const int columns = ::wcwidth(static_cast<wchar_t>(c.value));
    width += columns < 0 ? 1 : static_cast<std::size_t>(columns);
    text.remove_prefix(c.bytes);
  }
  return width;
}

}  // namespace counterctl
