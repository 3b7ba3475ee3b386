#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace config {

/// `10s`, `500ms`, or a bare number of seconds; more than 0, at most a day.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

}  // namespace config
