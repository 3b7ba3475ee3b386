#pragma once

#include <rocksdb/wal_filter.h>

#include <cstdint>
#include <string>

namespace storage {

/// Sees where the logs that are replayed have lost something: the first record begins
/// with the number after the tables' last one, or an earlier one, and each other
/// record with the number after the last one's. RocksDB passes over a block that
/// begins with zeros, and looks at no number. What comes after a gap counts as
/// damaged. For one thread.
class wal_gap_filter final : public rocksdb::WalFilter {
public:
  /// The next replay takes no row: only numbers are looked at.
  void look() noexcept;
  /// Replays from now on are of logs beside tables that have all rows up to the one
  /// of this number. Returns the number of the last row that was found by look().
  std::uint64_t follow(std::uint64_t tables) noexcept;
  /// The logs will be read from their beginning.
  void restart() noexcept { first_ = next_ = 0; }

  using WalFilter::LogRecordFound;
  WalProcessingOption LogRecordFound(unsigned long long log, const std::string& file,
                                     const rocksdb::WriteBatch& record,
                                     rocksdb::WriteBatch* changed, bool* is_changed) override;

  const char* Name() const override { return "counterd-log-continuity"; }

private:
  bool is_looking_ = false;
  std::uint64_t tables_ = 0;
  std::uint64_t first_ = 0, next_ = 0;  // row, of this replay; 0: none yet
};

}  // namespace storage
