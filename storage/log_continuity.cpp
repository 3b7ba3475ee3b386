#include "storage/log_continuity.hpp"

#include "storage/bytes.hpp"

#include <rocksdb/write_batch.h>

namespace storage {

log_continuity::WalProcessingOption log_continuity::LogRecordFound(
    unsigned long long /*log*/, const std::string& /*file*/, const rocksdb::WriteBatch& record,
    rocksdb::WriteBatch* /*changed*/, bool* /*is_changed*/) {
  // A record is a batch: its first row's number, and how many rows it has.
  const auto number = byte_reader{record.Data()}.take<std::uint64_t>();
  if (next_ != 0 && number != next_)
    return WalProcessingOption::kCorruptedRecord;
  next_ = number + record.Count();
  return WalProcessingOption::kContinueProcessing;
}

}  // namespace storage
