#pragma once

#include <rocksdb/wal_filter.h>

#include <cstdint>
#include <string>

namespace storage {

/// Sees where the logs that are replayed have lost what stood in their midst: each
/// record begins with the number after the last one's. RocksDB passes over a block
/// that begins with zeros, and looks at no number. What comes after a gap counts as
/// damaged. For one thread.
class log_continuity final : public rocksdb::WalFilter {
public:
  /// The logs will be read from their beginning.
  void restart() noexcept { next_ = 0; }

  using WalFilter::LogRecordFound;
  WalProcessingOption LogRecordFound(unsigned long long log, const std::string& file,
                                     const rocksdb::WriteBatch& record,
                                     rocksdb::WriteBatch* changed, bool* is_changed) override;

  const char* Name() const override { return "counterd-log-continuity"; }

private:
  std::uint64_t next_ = 0;  // 0: whatever comes
};

}  // namespace storage
