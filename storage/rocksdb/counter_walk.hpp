#pragma once

#include "storage/rocksdb/write_buffer.hpp"

#include <rocksdb/iterator.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace storage {

/// Counters in order of their names: those that have rows, and what is newer of
/// them or others. Not thread-safe.
class counter_walk {
public:
  /// `rows` stands at the first of counters' rows, and ends behind the last.
  counter_walk(std::unique_ptr<rocksdb::Iterator> rows, std::vector<write_buffer::copy> newer);

  /// At the end, or where the rows cannot be read.
  bool is_at_end() const noexcept { return !stands_; }
  void next();

  /// What it stands at, if anything; its row is empty where it is gone.
  const change& current() const noexcept { return current_; }

  /// Not ok where a row could not be read, or has a key that there is not.
  rocksdb::Status status() const;

private:
  void stand();

  std::unique_ptr<rocksdb::Iterator> rows_;
  std::vector<write_buffer::copy> newer_;
  std::size_t next_newer_ = 0;
  bool has_row_ = false;  // of both that current_ may be
  bool has_newer_ = false;
  bool stands_ = false;
  bool is_damaged_ = false;
  change current_;
};

}  // namespace storage
