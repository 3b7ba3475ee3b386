#include "http/protocol/message_syntax.hpp"

#include <algorithm>

namespace http {

namespace {

bool is_hexadecimal(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

bool is_token(char c) noexcept {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         others.find(c) != others.npos;
}

/// Returns true if `bytes` may begin with CRLF: they do, or end before.
bool is_prefix_of_crlf(std::string_view bytes) noexcept {
  return bytes.substr(0, 2) == std::string_view{"\r\n"}.substr(0, bytes.size());
}

/// Removes the longest prefix of characters that satisfy `is_wanted`, and returns it.
std::string_view take_while(std::string_view& text, bool (*is_wanted)(char)) noexcept {
  const auto end = std::find_if_not(text.begin(), text.end(), is_wanted);
  const auto taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

/// Returns true if the rest of a line may end with CRLF. With `has_text` there may be text before.
bool is_end_of_line(std::string_view rest, bool has_text) noexcept {
  const auto end = has_text ? std::min(rest.find_first_of("\r\n"), rest.size()) : 0;
  return is_prefix_of_crlf(rest.substr(end));
}

/// Removes the rest of a line with its end. Returns false if the end is not there.
bool skip_line(std::string_view& text) noexcept {
  const auto end = text.find('\n');
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return end != text.npos;
}

}  // namespace

bool has_bad_line_end(std::string_view header) noexcept {
  for (auto end = header.find_first_of("\r\n"); end != header.npos;
       end = header.find_first_of("\r\n", end + 2))
    if (!is_prefix_of_crlf(header.substr(end)))
      return true;
  return false;
}

bool is_bad_chunk_framing(std::string_view framing, bool is_first) noexcept {
  if (!is_first) {
    if (!is_prefix_of_crlf(framing))
      return true;
    framing.remove_prefix(std::min<std::size_t>(2, framing.size()));
  }
  const auto size = take_while(framing, is_hexadecimal);
  if (size.empty() && !framing.empty())
    return true;
  const auto blanks = take_while(framing, is_blank);
  if (framing.empty())
    return false;
  if (!blanks.empty() && framing.front() != ';')
    return true;  // they belong to an extension (RFC 9112 section 7.1.1)
  if (!is_end_of_line(framing, framing.front() == ';'))
    return true;
  if (size.find_first_not_of('0') != size.npos)
    return false;  // data follows
  while (skip_line(framing) && !framing.empty()) {
    const bool is_folded = is_blank(framing.front());  // Beast decides on it
    const auto name = take_while(framing, is_token);
    const bool has_text = is_folded || (!name.empty() && framing.starts_with(':'));
    if (!framing.empty() && !(name.empty() && framing.front() == '\r') && !has_text)
      return true;
    if (!is_end_of_line(framing, has_text))
      return true;
    if (!has_text)
      return false;  // the empty line ends the trailers
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
