#pragma once

#include "counter/mutex.hpp"

#include <cstdint>
#include <filesystem>

namespace rocksdb {
class FileSystem;
}

namespace storage {

/// The commit watermark's file in a data directory. Older versions called it a witness.
inline constexpr const char* commit_watermark_file = "witness";

/// The sequence number of the last row that was acknowledged, in a file of its own: a
/// log that has lost its end looks like one that has not. rocks_ledger.hpp says how a
/// start uses it.
///
/// The file has two slots, each a u64 number and its u64 checksum, lowest byte first, at
/// the beginning of a sector of 512 bytes. They are written in turn, so that one of them
/// is whole whenever a write is interrupted. Writes are not synced: a kill loses none, and
/// a power failure leaves an earlier number. Thread-safe; blocks for a write.
class commit_watermark {
public:
  /// Creates the file and syncs it. Throws std::runtime_error.
  static void create(rocksdb::FileSystem& file_system, const std::filesystem::path& file,
                     std::uint64_t sequence);

  /// Returns the number in the file. Throws std::runtime_error if neither slot is whole, or
  /// if the file cannot be read.
  static std::uint64_t read(const std::filesystem::path& file);

  /// Opens the file to advance its number. Throws as read() does.
  explicit commit_watermark(std::filesystem::path file);
  ~commit_watermark();

  commit_watermark(const commit_watermark&) = delete;
  commit_watermark& operator=(const commit_watermark&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

  std::uint64_t sequence() const;

  /// Writes `sequence`, up to which all rows must be as safe as was promised; does nothing
  /// unless it is greater than sequence(). Returns false if it cannot be written; the
  /// number is then still the one before.
  bool advance(std::uint64_t sequence) noexcept;

  /// Syncs the file. Returns false if that failed.
  bool sync() noexcept;

private:
  const std::filesystem::path path_;
  mutable counter::mutex mutex_;
  const int descriptor_;
  std::uint64_t sequence_ ABSL_GUARDED_BY(mutex_);
  unsigned slot_ ABSL_GUARDED_BY(mutex_) = 0;  // the one with sequence_
};

}  // namespace storage
