#include "counter/duration.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace counter {

namespace {

struct unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// In ascending order. Days are for parsing only, because people write 24h.
constexpr unit units[] = {
    {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 24 * 3'600'000}};

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                        std::chrono::milliseconds max) noexcept {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{})
    return std::nullopt;
  const auto name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& unit : units)
    if (unit.name == (name.empty() ? "s" : name) && number > 0 &&
        number <= max.count() / unit.milliseconds)
      return std::chrono::milliseconds{number * unit.milliseconds};
  return std::nullopt;
}

std::string to_text(std::chrono::milliseconds duration) {
  const auto* largest = &units[0];
  for (const auto& unit : units)
    if (unit.name != "d" && duration.count() % unit.milliseconds == 0)
      largest = &unit;
  return std::to_string(duration.count() / largest->milliseconds) + std::string{largest->name};
}

}  // namespace counter
