#include "storage/rocksdb/recovery.hpp"

#include "storage/rocksdb/backup.hpp"
#include "storage/rocksdb/data_directory.hpp"
#include "storage/rocksdb/database_opener.hpp"
#include "storage/rocksdb/row_scan.hpp"
#include "storage/rocksdb/shared_write_buffer.hpp"
#include "storage/rocksdb/shortage.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <ratio>
#include <stdexcept>
#include <string>
#include <string_view>

namespace storage {

namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

/// From here on a start may take long enough for someone to wonder.
constexpr std::uint64_t long_log_bytes = std::uint64_t{64} << 20;
constexpr std::chrono::seconds long_start{1};

[[noreturn]] void refuse(const fs::path& path, const std::string& reason) {
  throw std::runtime_error(path.string() + ": " + reason);
}

void check(const fs::path& database, const rocksdb::Status& status) {
  if (status.ok())
    return;
  switch (shortage_of(status)) {
    case shortage::room:
      refuse(database, "there is no room on the disk: " + status.ToString());
    case shortage::resources:
      refuse(database, std::string{"cannot be opened: "} + status.getState());
    case shortage::none:
      break;
  }
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

/// Returns whether nothing was ever stored in it. Refuses one that has lost CURRENT.
bool is_new(const fs::path& database) {
  if (fs::exists(database / "CURRENT"))
    return false;
  for (const auto& entry : fs::directory_iterator{database})
    if (const auto extension = entry.path().extension(); extension == ".sst" || extension == ".log")
      refuse(database, "CURRENT is missing, and there are tables or logs; restore a backup");
  return true;
}

/// `latest` is the number of the last row in the database.
void check_nothing_lost(const fs::path& database, std::uint64_t latest, std::uint64_t watermark) {
  if (latest < watermark)
    refuse(database, "acknowledged changes are missing at the end of the log (" +
                         std::to_string(latest) + " of " + std::to_string(watermark) +
                         " rows are there): it was damaged or cut off; nothing was touched, "
                         "restore a backup");
}

/// Reads the database and its log before it is opened to write: RocksDB then cuts the
/// log at the first record that it cannot read, and what follows may be needed.
void check_untouched(database_opener& opener, const fs::path& watermark, bool has_watermark) {
  std::uint64_t latest = 0;
  check(opener.path(), opener.inspect(latest));
  if (has_watermark)
    check_nothing_lost(opener.path(), latest, commit_watermark::read(watermark));
  else if (latest != 0)
    refuse(watermark,
           "is missing, so it cannot be known whether acknowledged changes are missing, too; "
           "restore a backup");
}

void read_shards(const fs::path& path, recovered& result) {
  std::int64_t counters = 0, idempotency_records = 0;
  auto& summary = result.summary;
  const auto take = [&](std::string_view key, std::string_view value) {
    std::uint32_t shard = 0;
    shard_row row;
    if (!decode_shard_key(key, shard) || !decode(value, row))
      refuse(path, "the row of a shard is damaged; restore a backup");
    result.shards[shard] = row;
    summary.version = std::max(summary.version, row.version);
    summary.now = std::max(summary.now, row.now);
    counters += row.counters;
    idempotency_records += row.idempotency_records;
  };
  check(path, for_each_row(*result.database, row::shard, {}, take));
  if (counters < 0 || idempotency_records < 0)
    refuse(path, "the rows of the shards are damaged; restore a backup");
  summary.counters = static_cast<std::uint64_t>(counters);
  summary.idempotency_records = static_cast<std::uint64_t>(idempotency_records);
}

/// Time goes on from the later one of the clock and the latest change. Warns if they are so far
/// apart that one of them is likely to be wrong.
void compare_clock(const fs::path& directory, counter::time_point latest_change) {
  using days = std::chrono::duration<double, std::ratio<24 * 60 * 60>>;
  if (latest_change == counter::time_point{})
    return;
  const auto clock = std::chrono::system_clock::now();
  const auto ahead = std::chrono::duration_cast<days>(clock - latest_change).count();
  if (ahead > 1)
    spdlog::warn(
        "{}: the clock is {:.1f} days ahead of the latest change; counters and "
        "idempotency keys that were due in between have expired. If the clock is wrong, "
        "stop the server, set it, and restore a backup",
        directory.string(), ahead);
  else if (ahead < -1)
    spdlog::warn(
        "{}: the clock is {:.1f} days behind the latest change; time goes on from that "
        "change, so what it has made expires and Date are as much ahead. If the clock is "
        "right, restore a backup from before it was set",
        directory.string(), -ahead);
}

void read_changes(const fs::path& path, rocksdb::DB& database, shared_write_buffer& buffer) {
  const auto take = [&](std::string_view key, std::string_view changes) {
    std::uint64_t number = 0;
    if (!decode_changes_key(key, number) || !are_changes(changes))
      refuse(path, "a row of changes is damaged; restore a backup");
    buffer.restore(number, changes);
  };
  check(path, for_each_row(database, row::changes, {}, take));
}

}  // namespace

recovered recover(const settings& settings, const data_directory& directory,
                  database_opener& opener, shared_write_buffer& buffer) {
  const auto begin = steady_clock::now();
  const auto& path = opener.path();
  remove_unfinished_backups(*settings.file_system, directory);
  const bool has_watermark = fs::exists(fs::symlink_status(directory.commit_watermark()));
  const bool is_first_start = is_new(path);
  if (is_first_start && has_watermark)
    refuse(path, "CURRENT is missing, and there were changes; restore a backup");
  if (const auto bytes = log_bytes(path); bytes >= long_log_bytes)
    spdlog::info("{}: reading a log of {} MiB", directory.path().string(), bytes >> 20);

  if (!is_first_start)
    check_untouched(opener, directory.commit_watermark(), has_watermark);

  using access = database_opener::access;
  recovered result;
  check(path, opener.open(is_first_start ? access::create : access::write, result.database));
  if (!has_watermark)
    commit_watermark::create(*settings.file_system, directory.commit_watermark(), 0);
  result.watermark = std::make_unique<commit_watermark>(directory.commit_watermark());
  check_nothing_lost(path, result.database->GetLatestSequenceNumber(),
                     result.watermark->sequence());
  read_shards(path, result);
  read_changes(path, *result.database, buffer);
  compare_clock(directory.path(), result.summary.now);

  if (const auto took = steady_clock::now() - begin; took >= long_start)
    spdlog::info("{}: opened in {} ms", directory.path().string(),
                 std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  return result;
}

}  // namespace storage
