#pragma once

#include "counter/durability.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>

namespace rocksdb {
class FileSystem;
}

namespace storage {

struct settings {
  std::filesystem::path directory;
  /// Bytes, of the cache and of what is not in tables yet, about.
  std::size_t memory = std::size_t{64} << 20;
  /// Bytes, of changes that have no rows of their own yet, about.
  std::size_t write_buffer = std::size_t{16} << 20;
  /// Not sync::none.
  counter::durability durability{counter::durability::sync::always};
  /// Called once, from any thread, when the disk has failed for good.
  std::function<void()> on_failure{};
  /// Null: the system's. For tests.
  std::shared_ptr<rocksdb::FileSystem> file_system{};
};

}  // namespace storage
