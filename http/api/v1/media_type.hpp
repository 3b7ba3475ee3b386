#pragma once

#include <string_view>

namespace http::v1 {

enum class media_type { none, json, form, other };

/// Of a body, by the value of its Content-Type.
media_type type_of(std::string_view content_type) noexcept;

/// Whether an Accept asks for text/plain and for nothing that JSON would be.
/// Weights are not compared; a weight of 0 is none.
bool wants_text(std::string_view accept) noexcept;

}  // namespace http::v1
