#include "storage/rocksdb/group_committer.hpp"

#include "storage/rocksdb/atomic_raise.hpp"
#include "storage/rocksdb/commit_watermark.hpp"
#include "storage/rocksdb/live_database.hpp"
#include "storage/rocksdb/shared_write_buffer.hpp"
#include "storage/rocksdb/throttled_log.hpp"

#include <rocksdb/db.h>

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace storage {

using counter::commit_result;

namespace {

[[gnu::noinline]] rocksdb::Status write_to(rocksdb::DB& database,
                                           const rocksdb::WriteOptions& options,
                                           rocksdb::WriteBatch& batch) {
  return database.Write(options, &batch);
}

/// RocksDB lets one thread write the groups of others, which wait for it in this call.
/// ThreadSanitizer does not see how they hand them over; tests/tsan.supp suppresses
/// its reports by this function's name. It names a frame by what that calls, so there
/// are two functions.
[[gnu::noinline]] rocksdb::Status hand_over_group(rocksdb::DB& database,
                                                  const rocksdb::WriteOptions& options,
                                                  rocksdb::WriteBatch& batch) {
  const wal_file_system::commit_scope committing;
  return write_to(database, options, batch);
}

void append_shard_row(rocksdb::WriteBatch& batch, std::uint32_t shard, const shard_row& row) {
  std::string key, value;
  shard_key(key, shard);
  encode(value, row);
  batch.Put(key, value);
}

}  // namespace

group_committer::group_committer(const counter::durability& durability, live_database& database,
                                 shared_write_buffer& buffer,
                                 std::unique_ptr<commit_watermark> watermark, throttled_log& log,
                                 counter::time_point stored_now)
    : durability_(durability),
      database_(database),
      buffer_(buffer),
      watermark_(std::move(watermark)),
      log_(log),
      stored_now_(stored_now.time_since_epoch().count()) {}

group_committer::~group_committer() = default;

commit_result group_committer::commit(rocksdb::WriteBatch& batch,
                                      std::span<const std::string> changes, std::uint32_t shard,
                                      const shard_row& row) noexcept {
  if (database_.health() == counter::health::full)
    database_.heal();
  const shared_lock lock{database_.mutex()};
  if (const auto health = database_.health(); health != counter::health::good)
    return health == counter::health::full ? commit_result::full : commit_result::refused;

  const auto group = buffer_.prepare(batch, changes);
  // Last: a start finds the number of the last row, and a flush may drop any other one.
  append_shard_row(batch, shard, row);
  rocksdb::WriteOptions options;
  options.sync = durability_.sync == counter::durability::sync::always;
  const auto status = hand_over_group(*database_.get(), options, batch);
  if (!status.ok()) {
    buffer_.abandon(group);
    return database_.report(status) == counter::health::full ? commit_result::full
                                                             : commit_result::unknown;
  }
  buffer_.publish(group, changes);

  // RocksDB makes a number the latest only when its group is written, and synced if it
  // is to be: this one is of this group or of a later one that is as safe.
  const auto sequence = database_.get()->GetLatestSequenceNumber();
  database_.acknowledge(sequence);
  raise(stored_now_, row.now.time_since_epoch().count());
  if (options.sync)
    advance_watermark(sequence);
  return commit_result::ok;
}

const sync_clock& group_committer::syncs() const noexcept {
  return database_.opener().watch().commit_syncs();
}

counter::time_point group_committer::stored_now() const noexcept {
  return counter::time_point{std::chrono::milliseconds{stored_now_.load()}};
}

void group_committer::advance_watermark(std::uint64_t sequence) noexcept {
  // The group is safe without it. Only its loss would not be noticed.
  if (!watermark_->advance(sequence))
    log_.error(watermark_->path().string() + ": cannot be written");
}

void group_committer::sync_log() noexcept {
  const shared_lock lock{database_.mutex()};
  const auto sequence = database_.acknowledged();
  if (sequence != watermark_->sequence() && database_.sync_log())
    advance_watermark(sequence);
}

void group_committer::close() noexcept {
  const shared_lock lock{database_.mutex()};
  if (database_.health() != counter::health::good)
    return;
  if (const auto status = database_.get()->Flush({}); !status.ok())
    spdlog::warn("{}: {}", database_.opener().path().string(), status.ToString());
  if (!watermark_->sync())
    spdlog::warn("{}: cannot be synced", watermark_->path().string());
}

}  // namespace storage
