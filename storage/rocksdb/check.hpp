#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace storage {

struct check_result {
  std::uint64_t counters = 0;
  std::uint64_t idempotency_records = 0;
  /// One line for each damage; empty if there is none. After a hundred, a last line says
  /// how many more there are.
  std::vector<std::string> damages{};
};

/// Reads everything in a data directory that no server is using, and verifies checksums,
/// the commit watermark, and that rows agree with each other. Changes nothing. Takes as
/// long as it takes to read the disk. Throws std::runtime_error if the directory cannot
/// be checked: in use, not a data directory, of a newer format, or with a file that this
/// process may not read or has no descriptor for.
check_result check(const std::filesystem::path& directory);

}  // namespace storage
