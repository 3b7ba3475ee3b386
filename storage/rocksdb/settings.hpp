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

/// The settings of a rocks_ledger.
struct settings {
  std::filesystem::path directory;
  /// Bytes, about, for the cache and for rows that are not in tables yet.
  std::size_t memory = std::size_t{64} << 20;
  /// Bytes, about, for changes that are not merged into the counters' own rows yet.
  std::size_t write_buffer = std::size_t{16} << 20;
  /// Tables that are open at a time, about; each has a descriptor. At least 20.
  std::size_t tables_max = 512;
  /// sync::none is not allowed.
  counter::durability durability{counter::durability::sync::always};
  /// Called once, by any thread, when the disk has failed: no group is committed any more.
  /// May be called during construction and destruction of the ledger; must not call the ledger.
  std::function<void()> on_failure{};
  /// Null for the system's files. For tests.
  std::shared_ptr<rocksdb::FileSystem> file_system{};
};

}  // namespace storage
