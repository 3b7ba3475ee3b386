#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace counter {

/// Parses `500ms`, `10s`, `5m`, `24h`, `7d` or a number of seconds. Returns nullopt for
/// anything else, for 0 and above `max`.
std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text, std::chrono::milliseconds max = std::chrono::hours{24}) noexcept;

/// Formats a duration in the largest unit, up to hours, in which it is a whole number:
/// `24h`.
std::string to_text(std::chrono::milliseconds duration);

}  // namespace counter
