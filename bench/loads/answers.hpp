#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <strings.h>

/// A server's response to one request.
struct answer {
  bool is_ok;
  std::size_t size;  ///< with its body
};

/// Ends the program, with the text of errno, if its figures would be worthless.
inline void require(bool condition, const char* what) {
  if (condition)
    return;
  std::perror(what);
  std::exit(1);
}

/// The first response in `bytes`, or nullopt if it is incomplete. Reads the status
/// line and the fields up to Content-Length. A status of 2xx is a success.
inline std::optional<answer> parse_http(std::string_view bytes) {
  constexpr std::string_view ok = "HTTP/1.1 2", length_field = "content-length:";
  std::optional<std::size_t> length;
  for (std::size_t line = 0, end; (end = bytes.find('\n', line)) != bytes.npos; line = end + 1) {
    if (end - line <= 1) {  // the end of the header
      require(length.has_value(), "a response has no Content-Length");
      const std::size_t size = end + 1 + *length;
      return size <= bytes.size() ? std::optional{answer{bytes.starts_with(ok), size}}
                                  : std::nullopt;
    }
    if (end - line > length_field.size() &&
        strncasecmp(bytes.data() + line, length_field.data(), length_field.size()) == 0)
      length = std::strtoul(bytes.data() + line + length_field.size(), nullptr, 10);
  }
  return std::nullopt;
}

/// The same for Redis: an integer, a status or a bulk string is a success.
inline std::optional<answer> parse_redis(std::string_view bytes) {
  const auto end = bytes.find('\n');
  if (end == bytes.npos)
    return std::nullopt;
  const char type = bytes.front();
  std::size_t size = end + 1;
  if (type == '$' && bytes[1] != '-')
    size += std::strtoul(bytes.data() + 1, nullptr, 10) + 2;
  return size <= bytes.size()
             ? std::optional{answer{type == ':' || type == '+' || type == '$', size}}
             : std::nullopt;
}

using parser = std::optional<answer> (*)(std::string_view);

inline parser parser_for(std::string_view request) {
  return request.starts_with('*') ? parse_redis : parse_http;
}
