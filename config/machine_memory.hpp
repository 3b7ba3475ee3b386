#pragma once

#include <cstdint>
#include <filesystem>

namespace config {

/// Returns how much memory this process may use, in bytes: that of the machine or of its
/// container, whichever has less. `control_groups` is where the control groups of either
/// version are mounted (cgroups(7)).
std::uint64_t machine_memory(const std::filesystem::path& control_groups = "/sys/fs/cgroup");

}  // namespace config
