#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace rights {

/// The counters that are published: anybody may see them in a badge, whatever they may do
/// otherwise, and pages of any site may show it. Both are prefixes of names, byte by byte; "" is
/// every name.
struct public_names {
  std::vector<std::string> readable{};
  std::vector<std::string> countable{};  ///< these are readable, too, and a hit adds 1
  /// The hits of one client on one counter count once in this time; 0: each counts.
  std::chrono::milliseconds hit_interval{30'000};

  bool may_be_counted(std::string_view name) const noexcept { return covers(countable, name); }
  bool may_be_read(std::string_view name) const noexcept {
    return covers(readable, name) || may_be_counted(name);
  }

private:
  static bool covers(const std::vector<std::string>& prefixes, std::string_view name) noexcept {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [name](const std::string& prefix) { return name.starts_with(prefix); });
  }
};

}  // namespace rights
