#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace rocksdb {
class FileSystem;
}

namespace storage {

/// When a change is acknowledged.
enum class sync_mode : std::uint8_t {
  always,    ///< when it is on the disk
  interval,  ///< when the system has it, which writes it within some time
};

struct settings {
  std::filesystem::path directory;
  /// Bytes, of the cache and of what is not in tables yet, about.
  std::size_t memory = std::size_t{64} << 20;
  sync_mode sync = sync_mode::always;
  std::chrono::milliseconds interval{1'000};
  /// Called once, from any thread, when the disk has failed for good.
  std::function<void()> on_failure{};
  /// Null: the system's. For tests.
  std::shared_ptr<rocksdb::FileSystem> file_system{};
};

}  // namespace storage
