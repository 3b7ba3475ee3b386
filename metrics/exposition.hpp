#pragma once

#include "metrics/family.hpp"

#include <string>
#include <string_view>

namespace metrics {

/// The media type of to_text().
inline constexpr std::string_view text_type = "text/plain; version=0.0.4; charset=utf-8";

/// Renders a report in the text format of Prometheus, version 0.0.4.
std::string to_text(const report& report);

}  // namespace metrics
