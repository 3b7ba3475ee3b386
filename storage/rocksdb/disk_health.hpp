#pragma once

#include "counter/durability.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace rocksdb {
class Status;
}

namespace storage {

/// The state of a ledger's disk. Decides what a failed write means, and logs each
/// transition. Thread-safe; no call blocks, apart from on_failure.
///
///   good -> full            a write met a shortage (shortage.hpp), and is certainly not in
///                           the log
///   full -> good            an attempt to open the database anew begins
///   good -> full            that attempt found the disk still full
///   good, full -> failed    any other failure of a write or a sync; final
class disk_health {
public:
  /// Log lines begin with `database`, its path, and say that `room_bytes` are needed to recover
  /// from full. `on_failure`, if any, is called once, at the first failure, by the
  /// thread that reports it.
  disk_health(std::string database, std::uint64_t room_bytes, std::function<void()> on_failure);

  counter::health now() const noexcept { return state_.load(); }

  /// A write, sync, flush or compaction failed with `status`. `is_unsure` says that the
  /// log may or may not have what was to be written, see wal_file_system. Returns full
  /// if it certainly lacks it because of a shortage, and otherwise failed.
  counter::health report(const rocksdb::Status& status, bool is_unsure) noexcept;

  /// Moves to failed, whatever the reason; the first call logs it.
  void fail(const std::string& reason) noexcept;

  /// Moves from full to good. Returns false, and does nothing, in any other state.
  bool leave_full() noexcept;

  /// Moves from good to full without logging: the database, opened anew, found the disk still full.
  void return_to_full() noexcept;

private:
  void run_full(const rocksdb::Status& status) noexcept;

  const std::string database_;
  const std::uint64_t room_bytes_;
  const std::function<void()> on_failure_;
  std::atomic<counter::health> state_ = counter::health::good;
  std::atomic<bool> has_failed_ = false;
};

}  // namespace storage
