#pragma once

#include <rocksdb/wal_filter.h>

#include <cstdint>
#include <string>

namespace storage {

/// Finds gaps in logs while RocksDB reads them, by the sequence numbers of their records:
/// the first must begin with the number after the tables' last row, or an earlier one, and
/// each other one with the number after the last record's. Everything behind a gap counts
/// as damaged. (RocksDB compares no numbers and skips a block that begins with zeros.)
///
/// Call look(), have RocksDB read the logs, call follow(); then restart() before each
/// further time that they are read. For one thread at a time.
class wal_gap_filter final : public rocksdb::WalFilter {
public:
  /// Next, the logs are read for their numbers alone: RocksDB gets no rows.
  void look() noexcept;
  /// Ends look(). `tables` is the number of the last row in the tables. Returns that of
  /// the last row in tables and logs.
  std::uint64_t follow(std::uint64_t tables) noexcept;
  /// Next, the logs are read from their beginning.
  void restart() noexcept { first_ = next_ = 0; }

  using WalFilter::LogRecordFound;
  WalProcessingOption LogRecordFound(unsigned long long log, const std::string& file,
                                     const rocksdb::WriteBatch& record,
                                     rocksdb::WriteBatch* changed, bool* is_changed) override;

  const char* Name() const override { return "counterd-log-continuity"; }

private:
  bool is_looking_ = false;
  std::uint64_t tables_ = 0;
  std::uint64_t first_ = 0, next_ = 0;  // rows, of this reading; 0 before the first record
};

}  // namespace storage
