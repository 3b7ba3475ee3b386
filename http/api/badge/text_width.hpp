#pragma once

#include <cstddef>
#include <string_view>

namespace http::badge {

/// Returns about how many pixels wide `text`, which is UTF-8, is in Verdana of 11 pixels, rounded
/// up. A server has no fonts: ASCII is measured by a table, and of what follows, the scripts of
/// East Asia count as wide, and others as an average letter. A badge makes its text as wide as
/// this, whatever font shows it.
std::size_t text_width(std::string_view text) noexcept;

}  // namespace http::badge
