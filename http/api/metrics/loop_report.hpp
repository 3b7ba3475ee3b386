#pragma once

#include "http/api/metrics/loop_metrics.hpp"
#include "metrics/family.hpp"

#include <span>

namespace http {

/// Adds to `report` what the event loops have done together, and the load of each. Thread-safe.
void report_loops(metrics::report& report, std::span<const loop_metrics* const> loops);

/// Adds how many connections of clients the event loops have accepted, and how they have ended.
/// Thread-safe.
void report_connections(metrics::report& report, std::span<const loop_metrics* const> loops);

/// Adds how many events the streams of clients were sent, and how many streams were refused.
/// Thread-safe.
void report_streams(metrics::report& report, std::span<const loop_metrics* const> loops);

}  // namespace http
