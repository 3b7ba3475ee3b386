#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace config {

/// A number of bytes: `1048576`, or in powers of 1024: `16K`, `512M`, `4G`, `1T`;
/// more than 0.
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

/// In the largest unit in which it is a whole number: `4G`.
std::string to_text(std::uint64_t bytes);

}  // namespace config
