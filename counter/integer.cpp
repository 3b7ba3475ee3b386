#include "counter/integer.hpp"

#include <charconv>
#include <system_error>

namespace counter {

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  // std::from_chars accepts a minus but no plus.
  if (text.starts_with('+') && !text.starts_with("+-"))
    text.remove_prefix(1);
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

}  // namespace counter
