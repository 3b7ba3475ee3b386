#pragma once

#include "counter/limits.hpp"
#include "counter/store/statistics.hpp"
#include "metrics/family.hpp"

namespace http {

/// Adds to `report` what a store has and has done. The families of a disk are there without one,
/// too: dashboards and alerts need no other version then.
void report_store(metrics::report& report, const counter::store_statistics& store,
                  const counter::limits& limits);

}  // namespace http
