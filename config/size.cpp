#include "config/size.hpp"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace config {

namespace {

/// Each unit is 1024 times the one before; the blank stands for bytes.
constexpr std::string_view units = " KMGT";

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number == 0)
    return std::nullopt;
  const auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto power = unit.empty() ? 0 : units.find(unit, 1);
  if (power == units.npos || unit.size() > 1 || number > UINT64_MAX >> 10 * power)
    return std::nullopt;
  return number << 10 * power;
}

std::string to_text(std::uint64_t bytes) {
  std::size_t power = 0;
  while (power + 1 < units.size() && bytes % 1024 == 0 && bytes > 0) {
    bytes /= 1024;
    ++power;
  }
  return std::to_string(bytes) + (power == 0 ? "" : std::string{units[power]});
}

}  // namespace config
