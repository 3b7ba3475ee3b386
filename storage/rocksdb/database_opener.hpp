#pragma once

#include "storage/rocksdb/wal_file_system.hpp"
#include "storage/rocksdb/wal_gap_filter.hpp"

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace storage {

/// How RocksDB is set up here, to open one database again and again. Outlives
/// what it opens.
class database_opener {
public:
  /// Told of every error of a flush or a compaction, on any thread.
  using error_handler = std::function<void(const rocksdb::Status&)>;

  database_opener(std::filesystem::path database, std::size_t memory,
                  const std::shared_ptr<rocksdb::FileSystem>& by, error_handler on_error);

  /// Finds the number of the last row there is. Nothing is touched. Called again
  /// before each open() of what may have changed meanwhile, but the one that creates.
  rocksdb::Status inspect(std::uint64_t& sequence);

  enum class access {
    create,     ///< to write; made where it does not exist
    write,      ///< it exists
    read_only,  ///< it exists, and nothing of it is touched
  };
  rocksdb::Status open(access how, std::unique_ptr<rocksdb::DB>& opened);

  wal_file_system& watch() noexcept { return *watch_; }

  /// What there is room for on the disk, in bytes.
  std::uint64_t free_bytes() const;

  /// How much room there must be before a full disk is tried again: to write
  /// what is in memory to a table, and a log as long beside it.
  std::uint64_t room_bytes() const noexcept { return 2 * memtable_bytes_; }

  const std::filesystem::path& path() const noexcept { return path_; }

private:
  rocksdb::Status open_as(access how, std::unique_ptr<rocksdb::DB>& opened);

  std::filesystem::path path_;
  std::shared_ptr<wal_file_system> watch_;
  std::unique_ptr<rocksdb::Env> env_;
  wal_gap_filter gap_filter_;
  std::size_t memtable_bytes_;
  rocksdb::Options options_;
};

/// The system's file layer.
std::shared_ptr<rocksdb::FileSystem> default_file_system();

}  // namespace storage
