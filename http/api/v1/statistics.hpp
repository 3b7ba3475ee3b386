#pragma once

#include "metrics/family.hpp"

#include <string>

namespace http::v1 {

/// Returns the body of GET /v1/stats: what /metrics has, as JSON. The buckets of a histogram are
/// cumulative, as those of Prometheus; the last one, with `le` null, has all values.
std::string describe(const metrics::report& report);

}  // namespace http::v1
