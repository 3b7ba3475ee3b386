#include "storage/log_continuity.hpp"

#include "storage/bytes.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>

namespace storage {

void log_continuity::look() noexcept {
  is_looking_ = true;
  restart();
}

std::uint64_t log_continuity::follow(std::uint64_t tables) noexcept {
  is_looking_ = false;
  tables_ = tables;
  return first_ == 0 || first_ > tables + 1 ? tables : std::max(tables, next_ - 1);
}

log_continuity::WalProcessingOption log_continuity::LogRecordFound(
    unsigned long long /*log*/, const std::string& /*file*/, const rocksdb::WriteBatch& record,
    rocksdb::WriteBatch* /*changed*/, bool* /*is_changed*/) {
  // A record is a batch: its first row's number, and how many rows it has.
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
