#pragma once

#include "storage/rocksdb/write_buffer.hpp"

#include <rocksdb/iterator.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace storage {

/// Goes through counters in byte order of their names: merges their own rows with newer
/// changes from the write buffer, which take precedence.
class counter_walk {
public:
  /// `rows` is at the first counter's row and ends behind the last one's. `newer` is in
  /// order of the names and begins no earlier.
  counter_walk(std::unique_ptr<rocksdb::Iterator> rows, std::vector<write_buffer::copy> newer);

  /// Returns true after the last counter, and where a row cannot be read: check status()
  /// then.
  bool is_at_end() const noexcept { return !has_current_; }
  /// Must not be called at the end.
  void next();

  /// The counter it is at, until next(). Its row is empty if the counter was deleted.
  const change& current() const noexcept { return current_; }

  /// Not ok if a row could not be read or has an invalid key.
  rocksdb::Status status() const;

private:
  void find_current();

  std::unique_ptr<rocksdb::Iterator> rows_;
  std::vector<write_buffer::copy> newer_;
  std::size_t next_newer_ = 0;
  bool is_at_row_ = false;    // current_ has a row of its own
  bool is_at_newer_ = false;  // current_ has a newer change
  bool has_current_ = false;
  bool is_damaged_ = false;
  change current_;
};

}  // namespace storage
