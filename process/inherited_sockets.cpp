#include "process/inherited_sockets.hpp"

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>

#include <unistd.h>

namespace process {

namespace {

constexpr int first_descriptor = 3;  // behind stdin, stdout and stderr
constexpr int sockets_max = 64;      // more than there are addresses to listen on

/// Removes the variable. Returns its value; nullopt if it was not set.
std::optional<std::string> take(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr)
    return std::nullopt;
  std::string text{value};
  ::unsetenv(variable);
  return text;
}

int number_of(const std::string& text) noexcept {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : -1;
}

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> result;
  for (;;) {
    const auto colon = names.find(':');
    result.emplace_back(names.substr(0, colon));
    if (colon == names.npos)
      return result;
    names.remove_prefix(colon + 1);
  }
}

}  // namespace

std::vector<inherited_socket> take_inherited_sockets() {
  const auto process = take("LISTEN_PID");
  const auto count_text = take("LISTEN_FDS");
  const auto names_text = take("LISTEN_FDNAMES");
  // They may be for another process, of which this one is a child.
  if (!process || !count_text || number_of(*process) != ::getpid())
    return {};
  const int count = number_of(*count_text);
  if (count < 0 || count > sockets_max)
    throw std::runtime_error("LISTEN_FDS is no number from 0 to " + std::to_string(sockets_max));
  const auto names = names_text ? split(*names_text) : std::vector<std::string>{};
  if (names_text && count > 0 && names.size() != static_cast<std::size_t>(count))
    throw std::runtime_error("LISTEN_FDNAMES has not as many names as LISTEN_FDS says");
  std::vector<inherited_socket> sockets;
  sockets.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    sockets.push_back(
        {first_descriptor + i, names_text ? names[static_cast<std::size_t>(i)] : std::string{}});
  return sockets;
}

}  // namespace process
