#include "storage/rocksdb/counter_walk.hpp"

#include "storage/rocksdb/rows.hpp"

#include <utility>

namespace storage {

counter_walk::counter_walk(std::unique_ptr<rocksdb::Iterator> rows,
                           std::vector<write_buffer::copy> newer)
    : rows_(std::move(rows)),
      newer_(std::move(newer)) {
  find_current();
}

void counter_walk::next() {
  if (is_at_row_)
    rows_->Next();
  if (is_at_newer_)
    ++next_newer_;
  find_current();
}

rocksdb::Status counter_walk::status() const {
  return is_damaged_ ? rocksdb::Status::Corruption("the row of a counter is damaged")
                     : rows_->status();
}

/// The lesser name of the two comes first; it is at both if they are equal.
void counter_walk::find_current() {
  std::string_view name;
  is_at_row_ = rows_->Valid();
  is_damaged_ = is_at_row_ && !decode_counter_key(rows_->key().ToStringView(), name);
  has_current_ = rows_->status().ok() && !is_damaged_;
  is_at_newer_ = next_newer_ < newer_.size();
  if (is_at_row_ && is_at_newer_) {
    const auto order = name.compare(newer_[next_newer_].name);
    is_at_row_ = order <= 0;
    is_at_newer_ = order >= 0;
  }
  if (is_at_newer_)
    current_ = {newer_[next_newer_].name, newer_[next_newer_].row};
  else if (is_at_row_)
    current_ = {name, rows_->value().ToStringView()};
  else
    has_current_ = false;
}

}  // namespace storage
