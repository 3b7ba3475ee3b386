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

/// Holds every option that RocksDB is given, and opens one database with them, as often
/// as needed but only once at a time. Must outlive the databases that it opens.
///
/// inspect() and open() are for one thread at a time; the const functions may be called
/// by any thread.
class database_opener {
public:
  /// Called for each failure of a write, a flush or a compaction that RocksDB reports, by
  /// any thread, as long as a database is open. Must not use the database.
  using error_handler = std::function<void(const rocksdb::Status&)>;

  /// Opens nothing yet. The cache and the rows that are not in tables yet take about
  /// `memory` bytes, and about `tables_max` tables are open at a time. The directory that
  /// `database` is in exists.
  database_opener(std::filesystem::path database, std::size_t memory,
                  const std::shared_ptr<rocksdb::FileSystem>& file_system, error_handler on_error,
                  std::size_t tables_max = 512);

  /// Sets `sequence` to the number of the last row in the tables and the log. Changes no
  /// file. Must be called before each open(), unless that creates the database: open()
  /// must know what the tables have to see a gap between them and the log.
  rocksdb::Status inspect(std::uint64_t& sequence);

  enum class access {
    create,     ///< to write; create it if it does not exist
    write,      ///< to write; it must exist
    read_only,  ///< it must exist; change no file
  };
  /// Sets `opened`; to null if it fails. Blocks until the log is read. Only the first call that
  /// opens it to write makes threads; it throws std::system_error if it cannot.
  rocksdb::Status open(access mode, std::unique_ptr<rocksdb::DB>& opened);

  /// The file layer below RocksDB, which knows how writes to the log have failed.
  wal_file_system& watch() const noexcept { return *watch_; }

  /// The free bytes that a full disk needs before the database is opened anew: to write
  /// what is in memory to a table, and as much to a new log.
  std::uint64_t room_bytes() const noexcept { return 2 * memtable_bytes_; }

  /// Returns whether the disk has room_bytes() and an inode.
  bool has_room() const;

  /// Returns whether the few descriptors are there that the database, opened anew, needs in
  /// addition to those that it gives back when it is closed.
  bool has_descriptors() const;

  const std::filesystem::path& path() const noexcept { return path_; }

private:
  rocksdb::Status open_timer();
  rocksdb::Status open_as(access mode, std::unique_ptr<rocksdb::DB>& opened);

  std::filesystem::path path_;
  std::shared_ptr<wal_file_system> watch_;
  std::unique_ptr<rocksdb::Env> env_;
  wal_gap_filter gap_filter_;
  std::size_t memtable_bytes_;
  rocksdb::Options options_;
  // An empty database in memory, see open_timer().
  std::unique_ptr<rocksdb::Env> timer_env_;
  std::unique_ptr<rocksdb::DB> timer_;
};

/// RocksDB's file layer for the files of the system. Thread-safe.
std::shared_ptr<rocksdb::FileSystem> default_file_system();

}  // namespace storage
