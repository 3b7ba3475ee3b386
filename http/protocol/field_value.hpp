#pragma once

#include <string_view>

namespace http {

// The syntax of header field values (RFC 9110 section 5.6).

/// Compares ASCII text without regard to its case.
bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// Returns `text` without the spaces and tabs around it.
std::string_view trimmed(std::string_view text) noexcept;

/// Removes the element of a list up to and including `separator` from `rest`, and returns the
/// element, trimmed. An element may be empty.
std::string_view take_element(std::string_view& rest, char separator) noexcept;

/// Returns true if the parameters of a range have a weight of 0: `q=0`, `level=1; q=0.000` (RFC
/// 9110 section 12.4.2).
bool is_refused(std::string_view parameters) noexcept;

/// Returns true if the value of Accept or Accept-Encoding (RFC 9110 section 12.5) names `range`
/// with a weight that is not 0. A wildcard names nothing.
bool names_range(std::string_view ranges, std::string_view range) noexcept;

}  // namespace http
