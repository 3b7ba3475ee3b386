#include "storage/rocksdb/shared_write_buffer.hpp"

#include "storage/rocksdb/rows.hpp"

#include <rocksdb/db.h>

#include <cassert>
#include <memory>
#include <utility>

namespace storage {

shared_write_buffer::shared_write_buffer(std::size_t bytes_max)
    : bytes_max_(bytes_max),
      buffer_(counter::random_siphash_key(), bytes_max) {}

void shared_write_buffer::restore(std::uint64_t number, std::string_view changes) {
  const counter::mutex_lock lock{mutex_};
  buffer_.restore(number, changes);
  next_number_ = number + 1;
}

// -- a group ------------------------------------------------------------------

shared_write_buffer::prepared_group shared_write_buffer::prepare(
    rocksdb::WriteBatch& batch, std::span<const std::string> changes) {
  prepared_group group;
  {
    const counter::mutex_lock lock{mutex_};
    group.first_number = std::exchange(next_number_, next_number_ + changes.size());
    group.has_turn = !std::exchange(is_merging_, true);
    // The rows are dropped by publish(), so a second group would merge them again.
    if (group.has_turn)
      group.merged_rows = buffer_.merge(batch, bytes_max_);
  }
  std::string key;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    changes_key(key, group.first_number + i);
    batch.Put(key, changes[i]);
  }
  return group;
}

void shared_write_buffer::publish(const prepared_group& group,
                                  std::span<const std::string> changes) {
  const counter::mutex_lock lock{mutex_};
  buffer_.drop(group.merged_rows);
  for (std::size_t i = 0; i < changes.size(); ++i)
    buffer_.add(group.first_number + i, changes[i]);
  if (group.has_turn)
    is_merging_ = false;
}

void shared_write_buffer::abandon(const prepared_group& group) noexcept {
  const counter::mutex_lock lock{mutex_};
  if (group.has_turn)
    is_merging_ = false;
}

// -- reads --------------------------------------------------------------------

std::vector<std::size_t> shared_write_buffer::read(
    std::span<const std::string_view> names, std::span<std::optional<counter::state>> found) const {
  assert(names.size() == found.size());
  std::vector<std::size_t> others;
  others.reserve(names.size());
  const counter::mutex_lock lock{mutex_};
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string_view row;
    found[i].reset();
    if (!buffer_.find(names[i], row))
      others.push_back(i);
    else if (!row.empty())
      decode(row, found[i].emplace());
  }
  return others;
}

std::size_t shared_write_buffer::bytes() const {
  const counter::mutex_lock lock{mutex_};
  return buffer_.bytes();
}

bool shared_write_buffer::order(std::size_t names) {
  const counter::mutex_lock lock{mutex_};
  return buffer_.order(names);
}

counter_walk shared_write_buffer::walk(rocksdb::DB& database, const rocksdb::ReadOptions& options,
                                       const std::string& begin,
                                       const counter::page_request& request,
                                       std::size_t max) const {
  std::vector<write_buffer::copy> newer;
  std::unique_ptr<rocksdb::Iterator> rows;
  {
    // A group is published under this lock, after its batch is in the database.
    const counter::mutex_lock lock{mutex_};
    newer = buffer_.list(request.prefix, request.after, max);
    rows.reset(database.NewIterator(options));
  }
  rows->Seek(begin);
  return {std::move(rows), std::move(newer)};
}

}  // namespace storage
