#include "storage/rocksdb/write_buffer.hpp"

#include "storage/rocksdb/rows.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <utility>

namespace storage {

namespace {

/// A change counts as at least so many bytes, so that there are never more than the reservation is
/// for: a hash table that grows moves all of its entries while requests wait.
constexpr std::size_t change_bytes_min = 40;

/// The buffer may exceed its size by what is added until the next merge.
constexpr std::size_t reserved_changes(std::size_t bytes) {
  return (bytes + bytes / 4) / change_bytes_min;
}

/// May be merged at once in addition to the allowance, so that the buffer also shrinks
/// when little is added.
constexpr std::size_t merged_bytes = std::size_t{16} << 10;

}  // namespace

write_buffer::write_buffer(counter::siphash_key key, std::size_t bytes)
    : latest_(reserved_changes(bytes), by_name{key}, by_name{key}) {}

void write_buffer::add(std::uint64_t number, std::string_view changes) {
  restore(number, changes);
  // Twice as much: not every group that adds also merges, and the buffer has to shrink.
  allowance_ += 2 * rows_.back().bytes;
}

void write_buffer::restore(std::uint64_t number, std::string_view changes) {
  rows_.push_back({number, std::string{changes}});
  auto& added = rows_.back();
  added.bytes = sizeof added;
  char* const first = added.changes.data();
  for_each_change(added.changes, [&](const char* begin, const change& change) {
    added.bytes += std::max(change_bytes_min, change.name.size() + change.row.size());
    const reference latest{first + (begin - first)};
    const auto [found, is_new] = latest_.insert(latest);
    if (!is_new)
      mark_as_old(std::exchange(found->begin, latest.begin));
    if (keeps_order_ && (is_new || unordered_ > 0))
      order_.emplace(change.name);
  });
  bytes_ += added.bytes;
}

bool write_buffer::find(std::string_view name, std::string_view& row) const {
  const auto found = latest_.find(name);
  if (found == latest_.end())
    return false;
  row = change_at(found->begin).row;
  return true;
}

std::size_t write_buffer::merge(rocksdb::WriteBatch& batch, std::size_t bytes_max) const {
  std::string key;
  std::size_t merged = 0;
  const auto allowed = allowance_ + merged_bytes;
  const auto goal = std::max(bytes_max, bytes_ - std::min(bytes_, allowed));
  for (auto bytes = bytes_; bytes > goal; ++merged) {
    const auto& oldest = rows_[merged];
    for_each_change(oldest.changes, [&](const char* /*begin*/, const change& change) {
      if (change.is_old)
        return;
      counter_key(key, change.name);
      if (change.row.empty())
        batch.Delete(key);
      else
        batch.Put(key, rocksdb::Slice{change.row});
    });
    changes_key(key, oldest.number);
    batch.SingleDelete(key);  // allowed, because the row was put once
    bytes -= oldest.bytes;
  }
  return merged;
}

void write_buffer::drop(std::size_t rows) {
  unordered_ -= std::min(unordered_, rows);
  for (; rows > 0; --rows) {
    const auto& oldest = rows_.front();
    for_each_change(oldest.changes, [this](const char* /*begin*/, const change& change) {
      if (change.is_old)
        return;
      latest_.erase(latest_.find(change.name));
      if (const auto found = order_.find(change.name); found != order_.end())
        order_.erase(found);
    });
    bytes_ -= oldest.bytes;
    allowance_ -= std::min(allowance_, oldest.bytes);
    rows_.pop_front();
  }
}

bool write_buffer::order(std::size_t names) {
  if (!std::exchange(keeps_order_, true))
    unordered_ = rows_.size();
  while (unordered_ > 0 && names > 0) {
    for_each_change(rows_[--unordered_].changes, [&](const char* /*begin*/, const change& change) {
      if (!change.is_old)
        order_.emplace(change.name);
      names -= std::min<std::size_t>(names, 1);
    });
  }
  return unordered_ == 0;
}

std::vector<write_buffer::copy> write_buffer::list(std::string_view prefix, std::string_view after,
                                                   std::size_t max) const {
  std::vector<copy> first;
  auto name = after < prefix ? order_.lower_bound(prefix) : order_.upper_bound(after);
  for (; name != order_.end() && first.size() < max && name->starts_with(prefix); ++name) {
    std::string_view row;
    find(*name, row);
    first.push_back({*name, std::string{row}});
  }
  return first;
}

}  // namespace storage
