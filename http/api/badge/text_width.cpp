#include "http/api/badge/text_width.hpp"

#include <array>
#include <cstdint>

namespace http::badge {

namespace {

constexpr std::size_t font_pixels = 11;
constexpr unsigned units_per_em = 1000;

/// The advance widths of Verdana from U+0020 to U+007E.
constexpr std::array<std::uint16_t, 95> widths = {
    352,  394, 459, 818, 636, 1076, 727, 269, 454, 454, 636, 818, 364, 454, 364, 454,  // space to /
    636,  636, 636, 636, 636, 636,  636, 636, 636, 636, 454, 454, 818, 818, 818, 545,  // 0 to ?
    1000, 684, 686, 698, 771, 632,  575, 775, 751, 421, 455, 693, 557, 843, 748, 787,  // @ to O
    603,  787, 695, 684, 616, 732,  684, 989, 685, 615, 685, 454, 454, 454, 818, 636,  // P to _
    636,  601, 623, 521, 623, 596,  352, 623, 633, 274, 344, 592, 274, 973, 633, 607,  // ` to o
    623,  623, 427, 521, 394, 633,  592, 818, 592, 592, 525, 635, 454, 635, 818,       // p to ~
};
constexpr unsigned average = 620;

/// Returns the width of a character by the first byte of its UTF-8; 0 for a byte that follows.
constexpr unsigned width_of(unsigned char byte) noexcept {
  if (byte >= 0x20 && byte < 0x7f)
    return widths[byte - 0x20];
  if (byte < 0x80)
    return 0;
  if ((byte & 0xc0) == 0x80)
    return 0;
  // From U+3000 on, nearly all are as wide as high: kana, hanzi, hangul, emoji.
  return byte >= 0xe3 ? units_per_em : average;
}

}  // namespace

std::size_t text_width(std::string_view text) noexcept {
  std::size_t units = 0;
  for (const char c : text)
    units += width_of(static_cast<unsigned char>(c));
  return (units * font_pixels + units_per_em - 1) / units_per_em;
}

}  // namespace http::badge
