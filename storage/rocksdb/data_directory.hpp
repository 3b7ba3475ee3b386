#pragma once

#include "storage/rocksdb/commit_watermark.hpp"

#include <filesystem>

namespace rocksdb {
class FileSystem;
}

namespace storage {

/// A data directory, locked against other processes from construction to destruction:
///
///   COUNTERD   the marker: one line, with the number of the format
///   witness    the commit watermark, see commit_watermark.hpp
///   db/        the RocksDB database
///   backups/   data directories like this one
///
/// A creation that a crash interrupts is completed by the next start. Immutable after
/// construction, so its functions may be called by several threads.
class data_directory {
public:
  enum class access {
    serve,  ///< create it if it does not exist or is empty
    check,  ///< it must exist; change nothing in it
  };

  /// Throws std::runtime_error, of one line that begins with the path, if it is in use, not
  /// a data directory, of a newer format, or cannot be read or written.
  data_directory(std::filesystem::path path, access mode, rocksdb::FileSystem& file_system);
  ~data_directory();

  data_directory(const data_directory&) = delete;
  data_directory& operator=(const data_directory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path database() const { return path_ / "db"; }
  std::filesystem::path commit_watermark() const { return path_ / commit_watermark_file; }
  std::filesystem::path backups() const { return path_ / "backups"; }

  /// Creates the marker of `directory` and syncs it. Throws std::runtime_error.
  static void mark(rocksdb::FileSystem& file_system, const std::filesystem::path& directory);

private:
  void lock();
  void claim(rocksdb::FileSystem& file_system);
  void sync_entry(rocksdb::FileSystem& file_system) const;
  void check_marker() const;
  bool has_marker() const;

  std::filesystem::path path_;
  int descriptor_;  // the directory, which flock() holds locked
};

}  // namespace storage
