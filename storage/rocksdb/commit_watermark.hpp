#pragma once

#include "counter/mutex.hpp"

#include <cstdint>
#include <filesystem>

namespace rocksdb {
class FileSystem;
}

namespace storage {

/// Bears witness, in a file of its own, to the last change that was
/// acknowledged. A log alone cannot tell that its end is missing.
///
/// Two slots in different sectors are written in turn, so one is whole at any
/// moment. It is not synced with each change: what a power failure leaves is an
/// earlier number, and never a later one than the log's. Thread-safe.
class commit_watermark {
public:
  /// Makes the file, for good. Throws std::runtime_error.
  static void create(rocksdb::FileSystem& by, const std::filesystem::path& file,
                     std::uint64_t sequence);

  /// Reads it; throws std::runtime_error where neither slot is whole.
  static std::uint64_t read(const std::filesystem::path& file);

  /// Opens it to advance it. Throws std::runtime_error.
  explicit commit_watermark(const std::filesystem::path& file);
  ~commit_watermark();

  commit_watermark(const commit_watermark&) = delete;
  commit_watermark& operator=(const commit_watermark&) = delete;

  std::uint64_t sequence() const;

  /// Call it when everything up to `sequence` is safe. A number that is not
  /// greater than the last is left out. False if it could not be written: then
  /// it bears witness to less.
  bool advance(std::uint64_t sequence) noexcept;

  /// False if it could not be.
  bool sync() noexcept;

private:
  mutable counter::mutex mutex_;
  const int descriptor_;
  std::uint64_t sequence_ ABSL_GUARDED_BY(mutex_);
  unsigned slot_ ABSL_GUARDED_BY(mutex_) = 0;  // of the last one
};

}  // namespace storage
