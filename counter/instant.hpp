#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace counter {

/// Parses a time of RFC 3339 in UTC with whole seconds: `2027-01-31T00:00:00Z`. Returns nullopt for
/// anything else, such as a day that does not exist.
std::optional<std::chrono::sys_seconds> parse_instant(std::string_view text) noexcept;

/// Formats a time of the years 0 to 9999 so that parse_instant() returns it.
std::string to_text(std::chrono::sys_seconds instant);

}  // namespace counter
