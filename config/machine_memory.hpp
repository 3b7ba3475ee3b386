#pragma once

#include <cstdint>
#include <filesystem>

namespace config {

/// The bytes of memory that this process may have: those of the machine, or of
/// its container where that has fewer. `control_groups` is where the kernel tells
/// of them, in either version (cgroups(7)).
std::uint64_t machine_memory(const std::filesystem::path& control_groups = "/sys/fs/cgroup");

}  // namespace config
