#pragma once

#include <string_view>

namespace http::v1 {

enum class media_type { none, json, form, other };

/// Returns the type that a Content-Type declares; `none` for an empty value. Ignores its
/// parameters.
media_type type_of(std::string_view content_type) noexcept;

/// Returns true if an Accept field (RFC 9110 section 12.5.1) includes text/plain and excludes
/// application/json. Weights are not compared, but a weight of 0 excludes a range.
bool wants_text(std::string_view accept) noexcept;

}  // namespace http::v1
