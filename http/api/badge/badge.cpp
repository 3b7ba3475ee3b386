#include "http/api/badge/badge.hpp"

#include "http/api/badge/text_width.hpp"
#include "http/api/v1/json_writer.hpp"

#include <cstddef>

namespace http::badge {

namespace {

constexpr color label_color{0x55, 0x55, 0x55};
constexpr std::string_view height = "20";
constexpr std::size_t padding = 5;

std::string to_hex(color color) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text{"#"};
  for (const auto part : {color.red, color.green, color.blue})
    text.append({digits[part >> 4], digits[part & 15]});
  return text;
}

/// Returns the color of text that is read best on this one: by its luma (ITU-R BT.601).
std::string_view text_color_on(color color) noexcept {
  constexpr unsigned bright = 128;
  return (299u * color.red + 587u * color.green + 114u * color.blue) / 1000 > bright ? "#222"
                                                                                     : "#fff";
}

/// Returns the text as content or attribute of XML 1.0 (section 2.2). Of what is UTF-8 and no
/// control character, XML lacks only U+FFFE and U+FFFF.
std::string escape(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    std::size_t taken = 1;
    if (text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf")) {
      escaped += "\xef\xbf\xbd";
      taken = 3;
    } else {
      switch (text.front()) {
        case '&':
          escaped += "&amp;";
          break;
        case '<':
          escaped += "&lt;";
          break;
        case '>':
          escaped += "&gt;";
          break;
        case '"':
          escaped += "&quot;";
          break;
        case '\'':
          escaped += "&#39;";
          break;
        default:
          escaped += text.front();
      }
    }
    text.remove_prefix(taken);
  }
  return escaped;
}

/// One half of a badge: a colored box with a text in its middle.
struct half {
  std::string_view text;
  badge::color color;
  std::size_t x;

  std::size_t text_pixels() const { return text_width(text); }
  std::size_t width() const { return text.empty() ? 0 : text_pixels() + 2 * padding; }

  std::string box() const {
    return "<rect x=\"" + std::to_string(x) + "\" width=\"" + std::to_string(width()) +
           "\" height=\"" + std::string{height} + "\" fill=\"" + to_hex(color) + "\"/>";
  }
  std::string letters() const {
    return "<text x=\"" + std::to_string(x + padding) + "\" y=\"14\" textLength=\"" +
           std::to_string(text_pixels()) + "\" fill=\"" + std::string{text_color_on(color)} +
           "\">" + escape(text) + "</text>";
  }
};

}  // namespace

std::string to_svg(const look& look, std::string_view message) {
  const half left{look.label, label_color, 0};
  const half right{message, look.color, left.width()};
  const auto width = std::to_string(left.width() + right.width());
  const auto title = escape(look.label) + (look.label.empty() ? "" : ": ") + escape(message);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" +
                    std::string{height} + "\" role=\"img\" aria-label=\"" + title + "\"><title>" +
                    title + "</title><clipPath id=\"c\"><rect width=\"" + width + "\" height=\"" +
                    std::string{height} + "\" rx=\"" + (look.shape == shape::rounded ? "3" : "0") +
                    "\"/></clipPath><g clip-path=\"url(#c)\">";
  if (!look.label.empty())
    svg += left.box();
  svg += right.box() +
         "</g><g font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" font-size=\"11\" "
         "text-rendering=\"geometricPrecision\">";
  if (!look.label.empty())
    svg += left.letters();
  return svg + right.letters() + "</g></svg>\n";
}

std::string to_json(const look& look, std::string_view message, bool is_error) {
  return v1::json_object([&](v1::json_writer& writer) {
    writer.member("schemaVersion", 1);
    writer.member("label", std::string_view{look.label});
    writer.member("message", message);
    writer.member("color", std::string_view{to_hex(look.color)});
    if (is_error)
      writer.member("isError", true);
  });
}

std::string_view pixel() noexcept {
  // GIF89a: a screen of 1x1 with two colors, of which the first is transparent.
  static constexpr char bytes[] =
      "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
      "\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00;";
  return {bytes, sizeof bytes - 1};
}

}  // namespace http::badge
