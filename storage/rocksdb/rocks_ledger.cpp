#include "storage/rocksdb/rocks_ledger.hpp"

#include "storage/rocksdb/commit_watermark.hpp"
#include "storage/rocksdb/data_directory.hpp"
#include "storage/rocksdb/database_opener.hpp"
#include "storage/rocksdb/rocks_writer.hpp"

#include <rocksdb/db.h>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace storage {

using counter::commit_result;
using counter::time_point;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// The shard whose row has the time of what lists left out.
constexpr std::uint32_t lists_shard = 0xffff'ffff;

/// Between two tries of a full disk that failed: each opens the database anew.
constexpr std::chrono::seconds healing_pause{1};

/// To at least `value`.
template <class Number>
void raise(std::atomic<Number>& to, Number value) noexcept {
  auto current = to.load();
  while (current < value && !to.compare_exchange_weak(current, value)) {
  }
}

[[gnu::noinline]] rocksdb::Status write_to(rocksdb::DB& database,
                                           const rocksdb::WriteOptions& options,
                                           rocksdb::WriteBatch& batch) {
  return database.Write(options, &batch);
}

/// One thread may write the groups of others, who wait for it here. How they hand
/// them over ThreadSanitizer cannot see, and tests/tsan.supp has this name for it;
/// it knows a function by what that calls, so there are two.
[[gnu::noinline]] rocksdb::Status hand_over_group(rocksdb::DB& database,
                                                  const rocksdb::WriteOptions& options,
                                                  rocksdb::WriteBatch& batch) {
  const wal_file_system::commit_scope committing;
  return write_to(database, options, batch);
}

}  // namespace

rocks_ledger::rocks_ledger(settings how)
    : settings_(std::move(how)),
      write_buffer_(counter::random_siphash_key(), settings_.write_buffer) {
  if (!settings_.file_system)
    settings_.file_system = default_file_system();
  directory_ = std::make_unique<data_directory>(settings_.directory, data_directory::access::serve,
                                                *settings_.file_system);
  opener_ = std::make_unique<storage::database_opener>(
      directory_->database(), settings_.memory, settings_.file_system,
      [this](const rocksdb::Status& status) { background_failed(status); });
  open();
  timekeeper_ = open_writer(lists_shard);
  if (settings_.durability.sync == counter::durability::sync::interval)
    syncer_ = std::jthread{[this](const std::stop_token& stop) { sync_in_intervals(stop); }};
}

rocks_ledger::~rocks_ledger() {
  if (syncer_.joinable()) {
    syncer_.request_stop();
    syncer_.join();
    sync_log();
  }
  if (health_ == health::good) {
    // So that the next start has nothing to replay.
    if (const auto status = db_->Flush({}); !status.ok())
      spdlog::warn("{}: {}", opener_->path().string(), status.ToString());
    if (!watermark_->sync())
      spdlog::warn("{}: cannot be synced", directory_->commit_watermark().string());
  }
  db_.reset();
}

// -- writing ------------------------------------------------------------------

std::unique_ptr<counter::ledger_writer> rocks_ledger::open_writer(unsigned shard) {
  return std::make_unique<rocks_writer>(*this, shard, shards_[shard]);
}

/// The changes go with the batch, and so does what merges older ones.
commit_result rocks_ledger::write(rocksdb::WriteBatch& batch, std::span<const std::string> changes,
                                  std::uint32_t shard, const shard_row& row) noexcept {
  if (health_ == health::full)
    heal();
  const shared_lock lock{database_mutex_};
  if (health_ != health::good)
    return health_ == health::full ? commit_result::full : commit_result::refused;
  std::string key, value;
  const auto number = next_changes_.fetch_add(changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    changes_key(key, number + i);
    batch.Put(key, changes[i]);
  }
  std::size_t merged = 0;
  bool merges = false;
  {
    const counter::mutex_lock newer{newer_};
    merges = !std::exchange(is_merging_, true);
    if (merges)
      merged = write_buffer_.merge(batch, settings_.write_buffer);
  }
  // Last: a start finds the number of the last row, and a flush may drop any other.
  shard_key(key, shard);
  encode(value, row);
  batch.Put(key, value);
  rocksdb::WriteOptions options;
  options.sync = settings_.durability.sync == counter::durability::sync::always;
  const auto status = hand_over_group(*db_, options, batch);
  {
    const counter::mutex_lock newer{newer_};
    is_merging_ = is_merging_ && !merges;
    if (status.ok()) {
      write_buffer_.drop(merged);
      for (std::size_t i = 0; i < changes.size(); ++i)
        write_buffer_.add(number + i, changes[i]);
    }
  }
  if (!status.ok())
    return write_failed(status);
  // Not greater than that of the last group that is safe: each becomes the
  // latest when it is.
  const auto sequence = db_->GetLatestSequenceNumber();
  raise(sequence_, sequence);
  raise(now_, row.now.time_since_epoch().count());
  if (options.sync)
    vouch_for(sequence);
  return commit_result::ok;
}

void rocks_ledger::vouch_for(std::uint64_t sequence) noexcept {
  // The group is safe all the same. Only its loss would not be noticed.
  if (!watermark_->advance(sequence))
    unreadable(directory_->commit_watermark().string() + ": cannot be written");
}

commit_result rocks_ledger::write_failed(const rocksdb::Status& status) noexcept {
  if (status.IsNoSpace() && !opener_->watch().is_unsure()) {
    ran_full(status);
    return commit_result::full;
  }
  fail(status.ToString());
  return commit_result::unknown;
}

void rocks_ledger::background_failed(const rocksdb::Status& status) noexcept {
  if (status.IsNoSpace() && !opener_->watch().is_unsure())
    ran_full(status);
  else
    fail(status.ToString());
}

void rocks_ledger::ran_full(const rocksdb::Status& status) noexcept {
  auto was = health::good;
  if (health_.compare_exchange_strong(was, health::full))
    spdlog::warn("{}: no changes are taken until {} MiB are free: {}", opener_->path().string(),
                 opener_->room_bytes() >> 20, status.ToString());
}

void rocks_ledger::fail(const std::string& why) noexcept {
  health_ = health::failed;
  if (has_failed_.exchange(true))
    return;
  spdlog::error("{}: no changes are taken any more, a restart tells which were: {}",
                opener_->path().string(), why);
  if (settings_.on_failure)
    settings_.on_failure();
}

// -- a full disk --------------------------------------------------------------

/// Where there is room again, opens the database anew: a log that failed is not
/// written to again.
void rocks_ledger::heal() noexcept {
  if (!healing_.try_lock())
    return;
  const counter::mutex_lock healing{healing_, std::adopt_lock};
  if (steady_clock::now() < next_healing_ || opener_->free_bytes() < opener_->room_bytes())
    return;
  const exclusive_lock lock{database_mutex_};
  if (health_ != health::full)
    return;
  reopen();
  if (health_ == health::full)
    next_healing_ = steady_clock::now() + healing_pause;
}

void rocks_ledger::reopen() {
  db_.reset();
  opener_->watch().clear();
  // Before it is opened: what fails in it from then on counts. Unless the old one
  // has failed in another way until it was closed.
  auto was = health::full;
  if (!health_.compare_exchange_strong(was, health::good))
    return;
  std::uint64_t latest = 0;
  auto status = opener_->inspect(latest);
  if (!status.ok())
    return fail(status.ToString());
  status = opener_->open(database_opener::access::write, db_);
  if (status.IsNoSpace()) {
    health_ = health::full;
    // What is kept can still be read.
    status = opener_->open(database_opener::access::read_only, db_);
  }
  if (!status.ok())
    return fail(status.ToString());
  if (db_->GetLatestSequenceNumber() != sequence_)
    return fail("there are more or fewer changes than were acknowledged");
  if (health_ == health::good)
    spdlog::info("{}: there is room again", opener_->path().string());
}

// -- syncing at intervals -----------------------------------------------------

void rocks_ledger::sync_in_intervals(const std::stop_token& stop) {
  const counter::mutex_lock lock{waiting_};
  while (!stop.stop_requested()) {
    wake_up_.wait_for(waiting_, stop, settings_.durability.interval, [] { return false; });
    sync_log();
  }
}

void rocks_ledger::sync_log() noexcept {
  const shared_lock lock{database_mutex_};
  // A log that was cut was synced then, and is not touched again.
  if (health_ == health::failed || !db_ || opener_->watch().is_cut())
    return;
  const auto sequence = sequence_.load();
  if (sequence == watermark_->sequence())
    return;
  if (const auto status = db_->SyncWAL(); !status.ok())
    fail(status.ToString());
  else
    vouch_for(sequence);
}

}  // namespace storage
