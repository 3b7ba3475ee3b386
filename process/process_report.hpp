#pragma once

#include "metrics/family.hpp"

namespace process {

/// Adds what the system knows of this process, under the names that Prometheus' own libraries use.
/// Thread-safe; does not block.
void report_process(metrics::report& report);

}  // namespace process
