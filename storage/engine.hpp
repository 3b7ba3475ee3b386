#pragma once

#include "storage/log_continuity.hpp"
#include "storage/log_watch.hpp"

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
class engine {
public:
  /// Told of every error of a flush or a compaction, on any thread.
  using error_handler = std::function<void(const rocksdb::Status&)>;

  engine(std::filesystem::path database, std::size_t memory,
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

  log_watch& watch() noexcept { return *watch_; }

  /// What there is room for on the disk, in bytes.
  std::uint64_t free_bytes() const;

  /// How much room there must be before a full disk is tried again: to write
  /// what is in memory to a table, and a log as long beside it.
  std::uint64_t room_bytes() const noexcept { return 2 * write_buffer_bytes_; }

  const std::filesystem::path& database() const noexcept { return database_; }

private:
  rocksdb::Status open_as(access how, std::unique_ptr<rocksdb::DB>& opened);

  std::filesystem::path database_;
  std::shared_ptr<log_watch> watch_;
  std::unique_ptr<rocksdb::Env> env_;
  log_continuity continuity_;
  std::size_t write_buffer_bytes_;
  rocksdb::Options options_;
};

/// The system's file layer.
std::shared_ptr<rocksdb::FileSystem> default_file_system();

}  // namespace storage
