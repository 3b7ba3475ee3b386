#pragma once

#include "counter/shard/ledger.hpp"
#include "counter/state.hpp"
#include "counter/time.hpp"
#include "storage/rocksdb/settings.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace storage_tests {

/// A directory that is removed with its test; on a tmpfs if there is one, where a sync
/// costs nothing.
class temporary_directory {
public:
  temporary_directory() {
    const bool has_tmpfs = std::filesystem::is_directory("/dev/shm");
    std::string pattern = has_tmpfs ? "/dev/shm/counterd-XXXXXX" : "/tmp/counterd-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("no temporary directory");
    path_ = pattern;
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
};

/// Settings with so small a write buffer that groups are merged all the time.
inline storage::settings small(std::filesystem::path directory) {
  return {.directory = std::move(directory), .memory = std::size_t{8} << 20, .write_buffer = 500};
}

inline counter::time_point at(std::int64_t milliseconds) {
  return counter::time_point{std::chrono::milliseconds{milliseconds}};
}

inline counter::state counted(std::int64_t value, std::uint64_t version,
                              std::optional<counter::time_point> expires_at = {}) {
  return {value, version, expires_at};
}

}  // namespace storage_tests
