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

}  // namespace http
