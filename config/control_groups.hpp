#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace config {

/// Where the control groups of this process are found. Tests replace both.
struct control_group_roots {
  std::filesystem::path mounts = "/sys/fs/cgroup";  ///< groups of either version (cgroups(7))
  std::filesystem::path membership = "/proc/self/cgroup";
};

/// Returns the directories of the groups that limit this process by a controller (`memory`,
/// `cpu`): its own group and every one above it, of version 2 and of version 1. In a
/// container the path of its own group may be that of the host, where it is mounted
/// nowhere, so some directories may not exist. Never empty.
std::vector<std::filesystem::path> control_groups(std::string_view controller,
                                                  const control_group_roots& roots);

}  // namespace config
