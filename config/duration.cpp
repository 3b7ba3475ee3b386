#include "config/duration.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace config {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  constexpr std::uint64_t ms_max = 24 * 60 * 60 * 1000;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number == 0 || number > ms_max)
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text == "s" || text.empty())
    number *= 1000;
  else if (text != "ms")
    return std::nullopt;
  if (number > ms_max)
    return std::nullopt;
  return std::chrono::milliseconds{number};
}

}  // namespace config
