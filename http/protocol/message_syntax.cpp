#include "http/protocol/message_syntax.hpp"

#include <algorithm>

namespace http {

namespace {

bool is_hexadecimal(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

bool has_bare_lf(std::string_view bytes) noexcept {
  for (auto lf = bytes.find('\n'); lf != bytes.npos; lf = bytes.find('\n', lf + 1))
    if (lf == 0 || bytes[lf - 1] != '\r')
      return true;
  return false;
}

bool has_bare_lf_in_chunks(std::string_view framing) noexcept {
  bool is_trailer = false;
  for (auto lf = framing.find('\n'); lf != framing.npos; lf = framing.find('\n')) {
    if (lf == 0 || framing[lf - 1] != '\r')
      return true;
    const auto line = framing.substr(0, lf - 1);
    framing.remove_prefix(lf + 1);
    // An empty line ends the chunk before, and a size of 0 begins the trailers.
    if (is_trailer || line.empty())
      continue;
    const auto digit = std::min(line.find_first_not_of('0'), line.size());
    if (digit < line.size() && is_hexadecimal(line[digit]))
      return false;
    is_trailer = true;
  }
  return false;
}

std::optional<std::size_t> later_minor_version(std::string_view request_line) noexcept {
  constexpr std::string_view name = " HTTP/1.";
  const auto begin = request_line.find(name);
  if (begin == request_line.npos)
    return std::nullopt;
  const auto rest = request_line.substr(begin + name.size());
  if (rest.size() != 2 || rest[0] < '2' || rest[0] > '9' || rest[1] != '\r')
    return std::nullopt;
  return begin + name.size();
}

bool has_other_major_version(std::string_view request_line) noexcept {
  constexpr std::string_view name = " HTTP/";
  const auto begin = request_line.find(name);
  if (begin == request_line.npos)
    return false;
  const auto version = request_line.substr(begin + name.size(), 4);
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 4 && is_digit(version[0]) && version[0] != '1' && version[1] == '.' &&
         is_digit(version[2]) && version[3] == '\r';
}

}  // namespace http
