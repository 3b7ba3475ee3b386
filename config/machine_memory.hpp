#pragma once

#include "config/control_groups.hpp"

#include <cstdint>

namespace config {

/// Returns how much memory this process may use, in bytes: that of the machine, or the
/// least limit of its control group and those above it (memory.max, and memory.high, above
/// which it is slowed down).
std::uint64_t machine_memory(const control_group_roots& roots = {});

}  // namespace config
