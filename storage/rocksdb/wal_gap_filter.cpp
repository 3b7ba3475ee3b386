#include "storage/rocksdb/wal_gap_filter.hpp"

#include "storage/encoding/bytes.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>

namespace storage {

void wal_gap_filter::look() noexcept {
  is_looking_ = true;
  restart();
}

std::uint64_t wal_gap_filter::follow(std::uint64_t tables) noexcept {
  is_looking_ = false;
  tables_ = tables;
  return first_ == 0 || first_ > tables + 1 ? tables : std::max(tables, next_ - 1);
}

wal_gap_filter::WalProcessingOption wal_gap_filter::LogRecordFound(
    unsigned long long /*log*/, const std::string& /*file*/, const rocksdb::WriteBatch& record,
    rocksdb::WriteBatch* /*changed*/, bool* /*is_changed*/) {
  // A record is a batch, which begins with the number of its first row.
  const auto number = byte_reader{record.Data()}.take<std::uint64_t>();
  if (first_ == 0) {
    if (!is_looking_ && number > tables_ + 1)
      return WalProcessingOption::kCorruptedRecord;
    first_ = number;
  } else if (number != next_) {
    return WalProcessingOption::kCorruptedRecord;
  }
  next_ = number + record.Count();
  return is_looking_ ? WalProcessingOption::kIgnoreCurrentRecord
                     : WalProcessingOption::kContinueProcessing;
}

}  // namespace storage
