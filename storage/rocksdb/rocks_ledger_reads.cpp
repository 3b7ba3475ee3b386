// What does not change anything.

#include "storage/rocksdb/backup.hpp"
#include "storage/rocksdb/counter_walk.hpp"
#include "storage/rocksdb/data_directory.hpp"
#include "storage/rocksdb/database_opener.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "storage/rocksdb/rocks_writer.hpp"

#include <rocksdb/db.h>

#include <spdlog/spdlog.h>

#include <cassert>

namespace storage {

using counter::commit_result;
using counter::due_entry;
using counter::outcome;
using counter::state;
using counter::time_point;
using std::chrono::steady_clock;

namespace {

/// Of reads that fail: whoever asks again and again does not fill the log.
constexpr std::chrono::seconds report_pause{1};

bool is_expired(const state& state, time_point now) {
  return state.expires_at && *state.expires_at <= now;
}

}  // namespace

/// Logs it, and says that a read failed.
bool rocks_ledger::unreadable(const std::string& what) noexcept {
  const auto now = steady_clock::now().time_since_epoch();
  auto last = reported_.load();
  if (now - steady_clock::duration{last} >= report_pause &&
      reported_.compare_exchange_strong(last, now.count()))
    spdlog::error("{}: {}", opener_->path().string(), what);
  return false;
}

bool rocks_ledger::read(std::span<const std::string_view> names,
                        std::span<std::optional<state>> found) {
  assert(names.size() == found.size());
  std::vector<std::size_t> others;  // that are not in the delta
  others.reserve(names.size());
  {
    const counter::mutex_lock newer{newer_};
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::string_view row;
      found[i].reset();
      if (!write_buffer_.find(names[i], row))
        others.push_back(i);
      else if (!row.empty())
        decode(row, found[i].emplace());
    }
  }
  // Merged meanwhile or not, their rows say the same or more.
  return others.empty() || read_rows(names, found, others);
}

/// Of those whose numbers are told.
bool rocks_ledger::read_rows(std::span<const std::string_view> names,
                             std::span<std::optional<state>> found,
                             std::span<const std::size_t> which) {
  const auto count = which.size();
  std::vector<std::string> keys(count);
  for (std::size_t i = 0; i < count; ++i)
    counter_key(keys[i], names[which[i]]);
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(count);
  std::vector<rocksdb::Status> statuses(count);

  const shared_lock lock{database_mutex_};
  if (!db_)
    return unreadable("has failed");
  auto* rows = db_->DefaultColumnFamily();
  if (count == 1)
    statuses[0] = db_->Get({}, rows, slices[0], &values[0]);
  else
    db_->MultiGet({}, rows, count, slices.data(), values.data(), statuses.data());
  for (std::size_t i = 0; i < count; ++i) {
    if (statuses[i].IsNotFound())
      continue;
    if (!statuses[i].ok())
      return unreadable(statuses[i].ToString());
    if (!decode(values[i].ToStringView(), found[which[i]].emplace()))
      return unreadable("the row of a counter is damaged");
  }
  return true;
}

bool rocks_ledger::read_idempotency_record(std::string_view id,
                                           std::optional<counter::idempotency_record>& found) {
  found.reset();
  std::string key;
  idempotency_record_key(key, id);
  rocksdb::PinnableSlice value;

  const shared_lock lock{database_mutex_};
  if (!db_)
    return unreadable("has failed");
  const auto status = db_->Get({}, db_->DefaultColumnFamily(), key, &value);
  if (status.IsNotFound())
    return true;
  if (!status.ok())
    return unreadable(status.ToString());
  if (decode(value.ToStringView(), found.emplace()))
    return true;
  found.reset();
  return unreadable("the row of a replay is damaged");
}

bool rocks_ledger::read_due(time_point now, std::size_t max, std::string& position,
                            std::vector<due_entry>& found) {
  std::string begin{static_cast<char>(row::due)};
  // Behind the last one: no key is between it and itself with a zero more.
  if (!position.empty())
    begin = position + '\0';
  std::string end;
  due_bound(end, now + std::chrono::milliseconds{1});
  const rocksdb::Slice bound{end};
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound;

  const shared_lock lock{database_mutex_};
  if (!db_)
    return unreadable("has failed");
  const std::unique_ptr<rocksdb::Iterator> rows{db_->NewIterator(options)};
  std::string reached = position;
  std::size_t taken = 0;
  rows->Seek(begin);
  for (; rows->Valid() && taken < max; rows->Next(), ++taken) {
    if (!decode_due_key(rows->key().ToStringView(), found.emplace_back()) ||
        !rows->value().empty()) {
      found.pop_back();
      return unreadable("a row of what is due is damaged");
    }
    reached = rows->key().ToStringView();
  }
  if (!rows->Valid() && !rows->status().ok())
    return unreadable(rows->status().ToString());
  position = rows->Valid() ? std::move(reached) : std::string{};
  return true;
}

/// All that it goes through was true at one moment.
counter_walk rocks_ledger::walk_from(const std::string& begin, const rocksdb::ReadOptions& options,
                                     const counter::page_request& request, std::size_t steps) {
  std::vector<write_buffer::copy> newer;
  std::unique_ptr<rocksdb::Iterator> rows;
  {
    const counter::mutex_lock lock{newer_};
    // One more, so that it does not seem to end where the steps do.
    newer = write_buffer_.list(request.prefix, request.after, steps + 1);
    rows.reset(db_->NewIterator(options));
  }
  rows->Seek(begin);
  return {std::move(rows), std::move(newer)};
}

counter::page rocks_ledger::list(const counter::page_request& request, time_point now,
                                 std::size_t steps) {
  const auto refuse = [this](const std::string& what) {
    unreadable(what);
    return counter::page{outcome::unreadable};
  };
  counter::page answer;
  answer.reached = request.after;
  {
    const counter::mutex_lock lock{newer_};
    if (!write_buffer_.order(steps))
      return answer;
  }
  std::string prefix, begin;
  counter_key(prefix, request.prefix);
  counter_key(begin, request.after);
  if (begin < prefix)
    begin = prefix;
  else if (!request.after.empty())
    begin += '\0';  // behind it
  const auto end = end_of(prefix);
  const rocksdb::Slice bound{end};
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound;
  bool leaves_out_news = false;
  {
    const shared_lock lock{database_mutex_};
    if (!db_)
      return refuse("has failed");
    const time_point kept_now{std::chrono::milliseconds{now_.load()}};
    auto walk = walk_from(begin, options, request, steps);
    for (;; walk.next()) {
      answer.is_last = walk.is_at_end();
      if (answer.is_last && !walk.status().ok())
        return refuse(walk.status().ToString());
      if (answer.is_last || steps == 0 || answer.counters.size() == request.limit)
        break;
      --steps;
      const auto& [name, row, is_old] = walk.current();
      answer.reached = name;
      if (row.empty())
        continue;
      state state;
      if (!decode(row, state))
        return refuse("the row of a counter is damaged");
      if (!is_expired(state, now))
        answer.counters.push_back({std::string{name}, state});
      else if (*state.expires_at > kept_now)
        leaves_out_news = true;
    }
  }
  // Otherwise it would be there again after a restart with an earlier clock.
  if (!leaves_out_news)
    return answer;
  switch (keep_time(now)) {
    case commit_result::ok:
      return answer;
    case commit_result::full:
      return {outcome::disk_full};
    case commit_result::unknown:
    case commit_result::refused:
      break;
  }
  return {outcome::draining};
}

commit_result rocks_ledger::keep_time(time_point now) {
  const counter::mutex_lock lock{timekeeping_};
  // Someone else may have kept it meanwhile.
  if (now.time_since_epoch().count() <= now_)
    return commit_result::ok;
  return timekeeper_->commit(0, now, 0, 0);
}

counter::backup rocks_ledger::back_up(const std::string& name) {
  const counter::mutex_lock one_at_a_time{backing_up_};
  const shared_lock lock{database_mutex_};
  if (health_ != health::good)
    return {health_ == health::full ? outcome::disk_full : outcome::draining};
  return make_backup(*db_, *settings_.file_system, *directory_, name);
}

}  // namespace storage
