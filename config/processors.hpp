#pragma once

#include "config/control_groups.hpp"

namespace config {

/// Returns how many processors this process may keep busy, at least 1: those of its
/// affinity mask, which a cpuset narrows too, or the whole ones of the least quota of its
/// control group and those above it. A process that exceeds its quota is stopped for the
/// rest of the period, so 1.5 are 1.
unsigned processors(const control_group_roots& roots = {});

}  // namespace config
