#include "http/api/badge/badge_reader.hpp"

#include "counter/control_character.hpp"
#include "counter/limits.hpp"
#include "rights/hex_digit.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace http::badge {

namespace {

constexpr auto label_bytes_max = counter::limits::badge_label_bytes_max;

struct named_color {
  std::string_view name;
  badge::color color;
};

/// The names that badges usually have, in shades on which text is read well.
constexpr std::array<named_color, 11> named_colors = {{
    {"brightgreen", {0x4c, 0xc2, 0x1c}},
    {"green", {0x2e, 0x7d, 0x32}},
    {"yellowgreen", {0xa4, 0xc6, 0x39}},
    {"yellow", {0xf2, 0xc9, 0x2c}},
    {"orange", {0xf5, 0x9e, 0x42}},
    {"red", {0xc6, 0x28, 0x28}},
    {"blue", {0x0b, 0x68, 0xcb}},
    {"purple", {0x7b, 0x3f, 0xb5}},
    {"grey", {0x55, 0x55, 0x55}},
    {"lightgrey", {0xbd, 0xbd, 0xbd}},
    {"black", {0x22, 0x22, 0x22}},
}};

std::optional<color> parse_color(std::string_view text) noexcept {
  for (const auto& [name, color] : named_colors)
    if (text == name)
      return color;
  if (text.starts_with('#'))
    text.remove_prefix(1);
  const auto digits = text.size() / 3;
  if (text.size() % 3 != 0 || digits < 1 || digits > 2)
    return std::nullopt;
  std::array<std::uint8_t, 3> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto high = rights::value_of_hex(text[i * digits]);
    const auto low = rights::value_of_hex(text[i * digits + digits - 1]);
    if (!high || !low)
      return std::nullopt;
    parts[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return color{parts[0], parts[1], parts[2]};
}

bool set_label(look& look, std::string_view text) {
  look.label = text;
  return text.size() <= label_bytes_max &&
         std::none_of(text.begin(), text.end(), &counter::is_control_character);
}

bool set_color(look& look, std::string_view text) {
  const auto color = parse_color(text);
  look.color = color.value_or(look.color);
  return color.has_value();
}

bool set_style(look& look, std::string_view text) {
  look.shape = text == "flat" ? shape::rounded : shape::square;
  return text == "flat" || text == "flat-square";
}

bool set_number(look& look, std::string_view text) {
  look.is_short = text == "short";
  return text == "short" || text == "exact";
}

struct parameter {
  std::string_view name;
  bool (*set)(look&, std::string_view);
  std::string_view fault;
};

constexpr std::array<parameter, 4> parameters = {{
    {"label", &set_label, "label is at most 64 bytes of UTF-8 without control characters\n"},
    {"color", &set_color,
     "color is 3 or 6 hexadecimal digits, as 0b68cb, or a name: brightgreen, green, yellowgreen, "
     "yellow, orange, red, blue, purple, grey, lightgrey, black\n"},
    {"style", &set_style, "style is flat or flat-square\n"},
    {"number", &set_number, "number is exact or short\n"},
}};

/// Returns the beginning of a long name, with an ellipsis.
std::string shortened(std::string_view name) {
  constexpr std::string_view ellipsis = "\u2026";
  if (name.size() <= label_bytes_max)
    return std::string{name};
  auto bytes = label_bytes_max - ellipsis.size();
  while (bytes > 0 && (static_cast<unsigned char>(name[bytes]) & 0xc0) == 0x80)
    --bytes;
  return std::string{name.substr(0, bytes)} + std::string{ellipsis};
}

}  // namespace

std::variant<look, response> read_look(target& target, std::string_view name) {
  look look{.label = shortened(name)};
  for (const auto& [parameter, set, fault] : parameters) {
    const auto [lookup, value] = target.find(parameter);
    if (lookup == target::lookup::repeated)
      return response{status::bad_request, std::string{parameter} + " is given twice\n"};
    if (lookup == target::lookup::found && !set(look, value))
      return response{status::bad_request, fault};
  }
  return look;
}

}  // namespace http::badge
