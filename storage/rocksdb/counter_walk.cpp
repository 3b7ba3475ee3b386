#include "storage/rocksdb/counter_walk.hpp"

#include "storage/rocksdb/rows.hpp"

#include <utility>

namespace storage {

counter_walk::counter_walk(std::unique_ptr<rocksdb::Iterator> rows,
                           std::vector<write_buffer::copy> newer)
    : rows_(std::move(rows)),
      newer_(std::move(newer)) {
  stand();
}

void counter_walk::next() {
  if (has_row_)
    rows_->Next();
  if (has_newer_)
    ++next_newer_;
  stand();
}

rocksdb::Status counter_walk::status() const {
  return is_damaged_ ? rocksdb::Status::Corruption("the row of a counter is damaged")
                     : rows_->status();
}

/// At the lesser name of both, or at both where they are the same.
void counter_walk::stand() {
  std::string_view name;
  has_row_ = rows_->Valid();
  is_damaged_ = has_row_ && !decode_counter_key(rows_->key().ToStringView(), name);
  stands_ = rows_->status().ok() && !is_damaged_;
  has_newer_ = next_newer_ < newer_.size();
  if (has_row_ && has_newer_) {
    const auto order = name.compare(newer_[next_newer_].name);
    has_row_ = order <= 0;
    has_newer_ = order >= 0;
  }
  if (has_newer_)
    current_ = {newer_[next_newer_].name, newer_[next_newer_].row};
  else if (has_row_)
    current_ = {name, rows_->value().ToStringView()};
  else
    stands_ = false;
}

}  // namespace storage
