#include "http/api/badge/short_number.hpp"

#include <string_view>

namespace http::badge {

std::string short_number(std::int64_t value) {
  constexpr std::string_view prefixes = "kMGTPE";
  constexpr std::uint64_t step = 1000;
  // The magnitude of the least integer is no int64.
  auto rest = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  if (rest < step)
    return std::to_string(value);
  std::size_t prefix = 0;
  for (; rest >= step * step; rest /= step)
    ++prefix;
  const auto whole = rest / step;
  std::string text{value < 0 ? "-" : ""};
  text += std::to_string(whole);
  if (const auto tenth = rest % step / 100; whole < 10 && tenth > 0)
    text.append(".").append(std::to_string(tenth));
  return text + prefixes[prefix];
}

}  // namespace http::badge
