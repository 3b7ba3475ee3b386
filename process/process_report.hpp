#pragma once

#include "metrics/family.hpp"

namespace process {

/// Counts the open descriptors for the reports to come: with ten thousand of them that takes some
/// milliseconds, which an event loop must not spend. Call it every few seconds.
void sample_descriptors();

/// Adds what the system knows of this process, under the names that Prometheus' own libraries use.
/// Thread-safe; does not block.
void report_process(metrics::report& report);

}  // namespace process
