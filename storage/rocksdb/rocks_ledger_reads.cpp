// The calls of rocks_ledger that read.

#include "storage/rocksdb/group_committer.hpp"
#include "storage/rocksdb/list_page.hpp"
#include "storage/rocksdb/live_database.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "storage/rocksdb/shared_write_buffer.hpp"
#include "storage/rocksdb/shortage.hpp"

#include <rocksdb/db.h>

#include <utility>

namespace storage {

using counter::commit_result;
using counter::due_entry;
using counter::outcome;
using counter::state;
using counter::time_point;
using rocksdb::Status;

/// Logs why a read failed, and returns its outcome.
outcome rocks_ledger::cannot_read(const Status& status) noexcept {
  metrics_.count_read_failure();
  read_errors_.error(status.ToString());
  return shortage_of(status) == shortage::none ? outcome::unreadable : outcome::disk_full;
}

outcome rocks_ledger::read(std::span<const std::string_view> names,
                           std::span<std::optional<state>> found) {
  // A change that is merged meanwhile is found in the counter's row then, or a later one.
  const auto others = buffer_->read(names, found);
  return others.empty() ? outcome::ok : read_rows(names, found, others);
}

/// Reads the counters' own rows, for the indexes in `wanted`.
outcome rocks_ledger::read_rows(std::span<const std::string_view> names,
                                std::span<std::optional<state>> found,
                                std::span<const std::size_t> wanted) {
  const auto count = wanted.size();
  std::vector<std::string> keys(count);
  for (std::size_t i = 0; i < count; ++i)
    counter_key(keys[i], names[wanted[i]]);
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(count);
  std::vector<Status> statuses(count);

  const shared_lock lock{database_->mutex()};
  auto* database = database_->get();
  if (database == nullptr)
    return cannot_read(database_->reason());
  auto* family = database->DefaultColumnFamily();
  if (count == 1)
    statuses[0] = database->Get({}, family, slices[0], &values[0]);
  else
    database->MultiGet({}, family, count, slices.data(), values.data(), statuses.data());
  for (std::size_t i = 0; i < count; ++i) {
    if (statuses[i].IsNotFound())
      continue;
    if (!statuses[i].ok())
      return cannot_read(statuses[i]);
    if (!decode(values[i].ToStringView(), found[wanted[i]].emplace()))
      return cannot_read(Status::Corruption("the row of a counter is damaged"));
  }
  return outcome::ok;
}

outcome rocks_ledger::read_idempotency_record(std::string_view id,
                                              std::optional<counter::idempotency_record>& found) {
  found.reset();
  std::string key;
  idempotency_record_key(key, id);
  rocksdb::PinnableSlice value;

  const shared_lock lock{database_->mutex()};
  auto* database = database_->get();
  if (database == nullptr)
    return cannot_read(database_->reason());
  const auto status = database->Get({}, database->DefaultColumnFamily(), key, &value);
  if (status.IsNotFound())
    return outcome::ok;
  if (!status.ok())
    return cannot_read(status);
  if (decode(value.ToStringView(), found.emplace()))
    return outcome::ok;
  found.reset();
  return cannot_read(Status::Corruption("the row of an idempotency record is damaged"));
}

outcome rocks_ledger::read_due(time_point now, std::size_t max, std::string& position,
                               std::vector<due_entry>& found) {
  std::string begin{static_cast<char>(row::due)};
  if (!position.empty())
    begin = position + '\0';  // the least key behind it
  std::string end;
  due_bound(end, now + std::chrono::milliseconds{1});
  const rocksdb::Slice bound{end};
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound;

  const shared_lock lock{database_->mutex()};
  auto* database = database_->get();
  if (database == nullptr)
    return cannot_read(database_->reason());
  const std::unique_ptr<rocksdb::Iterator> rows{database->NewIterator(options)};
  std::string reached = position;
  std::size_t taken = 0;
  rows->Seek(begin);
  for (; rows->Valid() && taken < max; rows->Next(), ++taken) {
    if (!decode_due_key(rows->key().ToStringView(), found.emplace_back()) ||
        !rows->value().empty()) {
      found.pop_back();
      return cannot_read(Status::Corruption("a row of what is due is damaged"));
    }
    reached = rows->key().ToStringView();
  }
  if (!rows->Valid() && !rows->status().ok())
    return cannot_read(rows->status());
  position = rows->Valid() ? std::move(reached) : std::string{};
  return outcome::ok;
}

// -- lists --------------------------------------------------------------------

counter::page rocks_ledger::list(const counter::page_request& request, time_point now,
                                 std::size_t steps) {
  list_page result;
  result.page.reached = request.after;
  if (!buffer_->order(steps))
    return std::move(result.page);
  const page_range range{request};
  time_point stored_now;
  {
    const shared_lock lock{database_->mutex()};
    if (auto* database = database_->get()) {
      stored_now = committer_->stored_now();
      // One change more than steps, so that the walk does not seem to end with them.
      auto walk = buffer_->walk(*database, range.options(), range.begin(), request, steps + 1);
      result = read_page(walk, request, now, steps);
    } else {
      result.status = database_->reason();
    }
  }
  if (!result.status.ok())
    return {cannot_read(result.status)};
  // A counter that a list leaves out must not come back after a restart with an earlier
  // clock. On a full disk it may: lists go on, and judge by the clock as other reads do.
  if (result.last_expiry > stored_now)
    if (const auto stored = store_time(now);
        stored != commit_result::ok && stored != commit_result::full)
      return {outcome::draining};
  return std::move(result.page);
}

commit_result rocks_ledger::store_time(time_point now) {
  const counter::mutex_lock lock{timekeeper_mutex_};
  // Another list or a group may have stored a later one meanwhile.
  return now <= committer_->stored_now() ? commit_result::ok : timekeeper_->commit(0, now, 0, 0);
}

}  // namespace storage
