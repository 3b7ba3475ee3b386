#include "counter/name.hpp"

#include "counter/limits.hpp"
#include "counter/utf8.hpp"

#include <algorithm>

namespace counter {

namespace {

bool is_control(char c) noexcept {
  auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool is_ascii(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x80;
}

}  // namespace

bool is_valid_backup_name(std::string_view name) noexcept {
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= limits::backup_name_bytes_max && name.front() != '.' &&
         name.find_first_not_of(allowed) == name.npos;
}

bool is_valid_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > limits::name_bytes_max)
    return false;
  if (std::any_of(name.begin(), name.end(), is_control))
    return false;
  return std::all_of(name.begin(), name.end(), is_ascii) || is_valid_utf8(name);
}

}  // namespace counter
