#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <strings.h>

/// What a server said to one request.
struct answer {
  bool is_ok;
  std::size_t size;  ///< with its body
};

/// Ends the program, with what errno says, where it could only measure nonsense.
inline void require(bool condition, const char* what) {
  if (condition)
    return;
  std::perror(what);
  std::exit(1);
}

/// The first answer in `bytes`; none when it is not all there yet. Its status
/// line, the fields up to its Content-Length, and that its body is there.
inline std::optional<answer> parse_http(std::string_view bytes) {
  constexpr std::string_view ok = "HTTP/1.1 200 ", length_field = "content-length:";
  std::optional<std::size_t> length;
  for (std::size_t line = 0, end; (end = bytes.find('\n', line)) != bytes.npos; line = end + 1) {
    if (end - line <= 1) {  // the end of the header
      require(length.has_value(), "an answer has no Content-Length");
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

/// The same of Redis: a line, an integer if all is well.
inline std::optional<answer> parse_redis(std::string_view bytes) {
  const auto end = bytes.find('\n');
  if (end == bytes.npos)
    return std::nullopt;
  return answer{bytes.starts_with(':'), end + 1};
}
