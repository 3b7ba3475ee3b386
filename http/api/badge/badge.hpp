#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace http::badge {

enum class shape : std::uint8_t { rounded, square };

/// A color of the sRGB space.
struct color {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;

  bool operator==(const color&) const = default;
};

/// What a badge looks like.
struct look {
  std::string label{};  ///< UTF-8 without control characters; empty: the badge has no left half
  badge::color color{0x0b, 0x68, 0xcb};  ///< of the right half
  badge::shape shape = shape::rounded;
  bool is_short = false;  ///< the number is shown in few digits, see short_number()
};

inline constexpr std::string_view svg_type = "image/svg+xml; charset=utf-8";

/// Returns a picture of `look` with `message` at the right: an SVG of 20 pixels' height, with
/// nothing in it that a Content-Security-Policy refuses. `message` is UTF-8 without control
/// characters. What neither may hold in XML is shown as U+FFFD.
std::string to_svg(const look& look, std::string_view message);

/// Returns the same as JSON, as badge services read it from an endpoint: `schemaVersion`, `label`,
/// `message`, `color`, and `isError` for a failure.
std::string to_json(const look& look, std::string_view message, bool is_error);

/// A GIF of one pixel that nobody sees; static.
std::string_view pixel() noexcept;

}  // namespace http::badge
