#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace storage {

struct check_result {
  std::uint64_t counters = 0;
  std::uint64_t idempotency_records = 0;
  /// A line each; none: all is well. At most a hundred, and then how many more.
  std::vector<std::string> damages{};
};

/// Reads all of a data directory that no counterd is using, and changes nothing
/// of it. Throws std::runtime_error where it is not one that can be checked: in
/// use, not ours, or of a newer format.
check_result check(const std::filesystem::path& directory);

}  // namespace storage
