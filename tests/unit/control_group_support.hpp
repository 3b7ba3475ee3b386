#pragma once

#include "config/control_groups.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

namespace unit {

/// Directories in the place of /sys/fs/cgroup and /proc/self.
class fake_control_groups {
public:
  fake_control_groups() { std::filesystem::create_directories(path_ / "cgroup"); }
  ~fake_control_groups() { std::filesystem::remove_all(path_); }
  fake_control_groups(const fake_control_groups&) = delete;
  fake_control_groups& operator=(const fake_control_groups&) = delete;

  /// Writes the groups that the process is in: a line for each hierarchy.
  void join(std::string_view lines) const { std::ofstream{path_ / "self"} << lines; }

  /// Writes a file of a group, and makes the group.
  void write(const std::string& file, std::string_view text) const {
    const auto path = path_ / "cgroup" / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path} << text;
  }

  config::control_group_roots roots() const { return {path_ / "cgroup", path_ / "self"}; }

private:
  // Cases of one program run in parallel, each in a process of its own.
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("counterd-cgroup-" + std::to_string(::getpid()));
};

}  // namespace unit
