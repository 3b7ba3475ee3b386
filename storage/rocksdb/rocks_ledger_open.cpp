// How a directory is opened, and what is refused.

#include "storage/rocksdb/backup.hpp"
#include "storage/rocksdb/commit_watermark.hpp"
#include "storage/rocksdb/data_directory.hpp"
#include "storage/rocksdb/database_opener.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "storage/rocksdb/row_scan.hpp"

#include <rocksdb/db.h>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace storage {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Longer than a start takes that nobody wonders about.
constexpr std::uint64_t long_log_bytes = std::uint64_t{64} << 20;
constexpr std::chrono::seconds long_start{1};

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw std::runtime_error(path.string() + ": " + why);
}

void check(const fs::path& database, const rocksdb::Status& status) {
  if (status.ok())
    return;
  if (status.IsNoSpace())
    refuse(database, "there is no room on the disk: " + status.ToString());
  if (status.IsCorruption())
    refuse(database, "is damaged, restore a backup: " + status.ToString());
  refuse(database, "cannot be opened: " + status.ToString());
}

std::uint64_t log_bytes(const fs::path& database) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator{database})
    if (entry.path().extension() == ".log")
      bytes += entry.file_size();
  return bytes;
}

}  // namespace

void rocks_ledger::open() {
  const auto begin = steady_clock::now();
  remove_unfinished_backups(*settings_.file_system, *directory_);
  const bool has_watermark = fs::exists(fs::symlink_status(directory_->commit_watermark()));
  const bool is_new = this->is_new();
  if (is_new && has_watermark)
    refuse(opener_->path(), "CURRENT is missing, and there were changes; restore a backup");
  const auto bytes = log_bytes(opener_->path());
  if (bytes >= long_log_bytes)
    spdlog::info("{}: reading a log of {} MiB", settings_.directory.string(), bytes >> 20);
  if (!is_new)
    check_untouched(has_watermark);
  const exclusive_lock lock{database_mutex_};
  open_database(is_new);
  if (!has_watermark)
    commit_watermark::create(*settings_.file_system, directory_->commit_watermark(), 0);
  watermark_ = std::make_unique<storage::commit_watermark>(directory_->commit_watermark());
  sequence_ = db_->GetLatestSequenceNumber();
  check_sequence(sequence_, watermark_->sequence());
  read_shards();
  read_changes();
  const auto took = steady_clock::now() - begin;
  if (took >= long_start)
    spdlog::info("{}: opened in {} ms", settings_.directory.string(),
                 std::chrono::duration_cast<milliseconds>(took).count());
}

/// Nothing was ever kept in it. A database that lost its beginning is not new.
bool rocks_ledger::is_new() const {
  if (fs::exists(opener_->path() / "CURRENT"))
    return false;
  for (const auto& entry : fs::directory_iterator{opener_->path()})
    if (const auto extension = entry.path().extension(); extension == ".sst" || extension == ".log")
      refuse(opener_->path(),
             "CURRENT is missing, and there are tables or logs; restore a "
             "backup");
  return true;
}

/// Looks whether it is whole before it is opened to write: RocksDB throws away
/// what it cannot read at the end of a log, and that may be all there is.
void rocks_ledger::check_untouched(bool has_watermark) {
  std::uint64_t latest = 0;
  check(opener_->path(), opener_->inspect(latest));
  if (has_watermark)
    check_sequence(latest, commit_watermark::read(directory_->commit_watermark()));
  else if (latest != 0)
    refuse(directory_->commit_watermark(),
           "is missing, so it cannot be told whether acknowledged changes "
           "are; restore a backup");
}

void rocks_ledger::check_sequence(std::uint64_t latest, std::uint64_t watermark) const {
  if (latest < watermark)
    refuse(opener_->path(),
           "acknowledged changes are missing at the end of the log (" + std::to_string(latest) +
               " of " + std::to_string(watermark) +
               " rows are there): it was damaged or cut off; nothing was touched, restore a "
               "backup");
}

void rocks_ledger::open_database(bool is_new) {
  check(opener_->path(),
        opener_->open(is_new ? database_opener::access::create : database_opener::access::write,
                      db_));
}

void rocks_ledger::read_shards() {
  std::int64_t counters = 0, idempotency_records = 0;
  const auto take = [&](std::string_view key, std::string_view value) {
    std::uint32_t shard = 0;
    shard_row row;
    if (!decode_shard_key(key, shard) || !decode(value, row))
      refuse(opener_->path(), "the row of a shard is damaged; restore a backup");
    shards_[shard] = row;
    summary_.version = std::max(summary_.version, row.version);
    summary_.now = std::max(summary_.now, row.now);
    counters += row.counters;
    idempotency_records += row.idempotency_records;
  };
  check(opener_->path(), for_each_row(*db_, row::shard, {}, take));
  if (counters < 0 || idempotency_records < 0)
    refuse(opener_->path(), "the rows of the shards are damaged; restore a backup");
  summary_.counters = static_cast<std::uint64_t>(counters);
  summary_.idempotency_records = static_cast<std::uint64_t>(idempotency_records);
  now_ = summary_.now.time_since_epoch().count();
}

void rocks_ledger::read_changes() {
  const auto take = [this](std::string_view key, std::string_view changes) {
    std::uint64_t number = 0;
    if (!decode_changes_key(key, number) || !are_changes(changes))
      refuse(opener_->path(), "a row of changes is damaged; restore a backup");
    const counter::mutex_lock newer{newer_};
    write_buffer_.restore(number, changes);
    next_changes_ = number + 1;
  };
  check(opener_->path(), for_each_row(*db_, row::changes, {}, take));
}

}  // namespace storage
