#include "counterctl/formats/shell_word.hpp"

#include <algorithm>

namespace counterctl {

namespace {

bool is_plain(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"-._/:@%+,"}.find(c) != std::string_view::npos;
}

std::string octal(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const auto digit = [byte](int shift) { return static_cast<char>('0' + (byte >> shift & 7)); };
    if (byte >= ' ' && byte < 0x7f && c != '\'' && c != '\\')
      result += c;
    else
      result.append({'\\', digit(6), digit(3), digit(0)});
  }
  return result;
}

}  // namespace

std::string shell_word(std::string_view text, bool is_ascii) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain))
    return std::string{text};
  if (is_ascii)
    return "$'" + octal(text) + "'";
  std::string quoted{"'"};
  for (const char c : text)
    quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return quoted + "'";
}

}  // namespace counterctl
