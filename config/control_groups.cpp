#include "config/control_groups.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace config {

namespace {

namespace fs = std::filesystem;

bool contains_word(std::string_view list, std::string_view word) {
  return ("," + std::string{list} + ",").find("," + std::string{word} + ",") != std::string::npos;
}

/// Appends `mount/group` and every directory above it, up to `mount`.
void append_groups(std::vector<fs::path>& groups, const fs::path& mount, const fs::path& group) {
  // The kernel reports a group outside of the namespace with `..` in its path.
  auto path = (fs::path{"/"} / group).lexically_normal();
  for (;; path = path.parent_path()) {
    groups.push_back(mount / path.relative_path());
    if (path == path.root_path())
      return;
  }
}

}  // namespace

std::vector<fs::path> control_groups(std::string_view controller,
                                     const control_group_roots& roots) {
  std::vector<fs::path> groups;
  // A line is `ID:CONTROLLERS:PATH`; that of version 2 is `0::PATH`.
  std::ifstream membership{roots.membership};
  for (std::string line; std::getline(membership, line);) {
    const auto first = line.find(':');
    const auto second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos)
      continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    const auto group = line.substr(second + 1);
    if (controllers.empty())
      append_groups(groups, roots.mounts, group);
    if (!contains_word(controllers, controller))
      continue;
    append_groups(groups, roots.mounts / controllers, group);
    append_groups(groups, roots.mounts / controller, group);
  }
  groups.push_back(roots.mounts);
  groups.push_back(roots.mounts / controller);
  return groups;
}

}  // namespace config
