#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace config {

/// Parses a number of bytes, `1048576`, or of powers of 1024, `16K`, `512M`, `4G`, `1T`.
/// Returns nullopt for anything else, for 0 and out of the range of uint64.
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

/// Formats a size in the largest unit in which it is a whole number: `4G`.
std::string to_text(std::uint64_t bytes);

}  // namespace config
