#pragma once

#include <filesystem>

namespace rocksdb {
class FileSystem;
}

namespace storage {

/// A directory that is ours and nobody else's while this exists:
///
///   COUNTERD   that it is one of ours, and its format
///   witness    see witness.hpp
///   db/        RocksDB's
///   backups/   each a directory like this one
///
/// Its making may end at any moment, by a crash, and is completed the next time.
class data_directory {
public:
  enum class access {
    serve,  ///< made where it does not exist or is empty
    check,  ///< it exists, and nothing in it is touched
  };

  /// Throws std::runtime_error that says what is wrong with which directory: in
  /// use, not one of ours, of a newer format, or not to be read or written.
  data_directory(std::filesystem::path path, access how, rocksdb::FileSystem& by);
  ~data_directory();

  data_directory(const data_directory&) = delete;
  data_directory& operator=(const data_directory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path database() const { return path_ / "db"; }
  std::filesystem::path commit_watermark() const { return path_ / "witness"; }
  std::filesystem::path backups() const { return path_ / "backups"; }

  /// Says, for good, that `directory` is one of ours.
  static void mark(rocksdb::FileSystem& by, const std::filesystem::path& directory);

private:
  void lock();
  void claim(rocksdb::FileSystem& by);
  void check_marker() const;
  bool has_marker() const;

  std::filesystem::path path_;
  int descriptor_;  // of the directory: the lock
};

}  // namespace storage
