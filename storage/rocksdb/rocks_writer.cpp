#include "storage/rocksdb/rocks_writer.hpp"

#include "storage/rocksdb/changes.hpp"
#include "storage/rocksdb/group_committer.hpp"
#include "storage/rocksdb/sync_clock.hpp"

#include <algorithm>

namespace storage {

using counter::due_entry;
using counter::state;

namespace {

/// Most groups fit without growing.
constexpr std::size_t batch_bytes = std::size_t{64} << 10;

/// A row of changes is about so long. A block of a table has at least one row, and for
/// longer ones the allocator would map and unmap buffers of twice their length each time.
constexpr std::size_t changes_bytes = std::size_t{16} << 10;

}  // namespace

rocks_writer::rocks_writer(group_committer& committer, std::uint32_t shard, const shard_row& row)
    : committer_(committer),
      shard_(shard),
      row_(row),
      batch_(batch_bytes) {}

void rocks_writer::put(std::string_view name, const std::optional<state>& before,
                       const std::optional<state>& after) {
  if (changes_.empty() || changes_.back().size() > changes_bytes)
    changes_.emplace_back();
  append_change(changes_.back(), name, after);
  move_due(name, before ? before->expires_at : std::nullopt,
           after ? after->expires_at : std::nullopt);
}

/// `before` is what the last group left, which this group may have changed already.
void rocks_writer::move_due(std::string_view name, const expiry& before, const expiry& after) {
  auto moved = moved_.end();
  if (!moved_.empty())
    moved = moved_.find(std::string{name});
  const auto from = moved == moved_.end() ? before : moved->second;
  if (from == after)
    return;
  if (from)
    delete_due(due_entry::kind_type::counter, name, *from);
  if (after)
    put_due(due_entry::kind_type::counter, name, *after);
  if (moved == moved_.end())
    moved_.emplace(name, after);
  else
    moved->second = after;
}

void rocks_writer::remember(std::string_view id, const counter::idempotency_record& record) {
  idempotency_record_key(key_, id);
  encode(value_, record);
  batch_.Put(key_, value_);
  put_due(due_entry::kind_type::idempotency_record, id, record.forget_at);
}

void rocks_writer::forget(std::string_view id, counter::time_point forget_at) {
  idempotency_record_key(key_, id);
  batch_.Delete(key_);
  delete_due(due_entry::kind_type::idempotency_record, id, forget_at);
}

void rocks_writer::put_due(due_entry::kind_type kind, std::string_view id, counter::time_point at) {
  due_key(key_, kind, id, at);
  batch_.Put(key_, {});
}

void rocks_writer::delete_due(due_entry::kind_type kind, std::string_view id,
                              counter::time_point at) {
  due_key(key_, kind, id, at);
  batch_.Delete(key_);
}

counter::commit_result rocks_writer::commit(std::uint64_t version, counter::time_point now,
                                            std::int64_t counters,
                                            std::int64_t idempotency_records) noexcept {
  const shard_row row{std::max(row_.version, version), std::max(row_.now, now),
                      row_.counters + counters, row_.idempotency_records + idempotency_records};
  const auto synced_before = committer_.syncs().reading();
  const auto result = committer_.commit(batch_, changes_, shard_, row);
  sync_time_ = committer_.syncs().reading() - synced_before;
  if (result == counter::commit_result::ok)
    row_ = row;
  batch_.Clear();
  changes_.clear();
  moved_.clear();
  return result;
}

}  // namespace storage
