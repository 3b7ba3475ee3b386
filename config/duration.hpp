#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace config {

/// `500ms`, `10s`, `5m`, `24h`, `7d`, or a bare number of seconds; more than 0, at
/// most `max`.
std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text, std::chrono::milliseconds max = std::chrono::hours{24}) noexcept;

/// In the largest unit in which it is a whole number: `24h`.
std::string to_text(std::chrono::milliseconds duration);

}  // namespace config
