#pragma once

#include "counter/mutex.hpp"
#include "counter/shard/ledger.hpp"
#include "storage/rocksdb/ledger_metrics.hpp"
#include "storage/rocksdb/rows.hpp"
#include "storage/rocksdb/settings.hpp"
#include "storage/rocksdb/throttled_log.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace rocksdb {
class Status;
}

namespace storage {

// HOW COUNTERS ARE STORED
//
// A ledger is a directory with a RocksDB database in it. RocksDB has a log, into which
// it writes each batch before it acts on it, and tables, into which it moves what the
// log has from time to time. This comment describes what this directory adds: what is
// written, when a start accepts it, and what happens when a write does not succeed.
//
// -- the format -----------------------------------------------------------------
//
//   DIR/COUNTERD   marks the directory as ours, and has its format's number
//   DIR/witness    the commit watermark: see commit_watermark.hpp
//   DIR/db/        the database: logs (*.log), tables (*.sst), the MANIFEST, which lists
//                  the tables, and CURRENT, which names the MANIFEST
//   DIR/backups/   data directories that back_up() has made; "name~" is unfinished
//
// The database has one column family. rows.hpp has the encodings of its rows: counters
// ('c'), idempotency records ('r'), what is due ('d'), shards ('s') and groups ('g').
//
// A group, which is everything that a shard commits at once, is one batch and so one
// record of the log: after a crash all of it is there or nothing. It has the group's 'r'
// and 'd' rows; one or more 'g' rows with all changes of its counters (changes.hpp); and
// last, the shard's 's' row with the greatest version, the time and the totals. The 'c'
// rows follow later, all at once: a later group merges the oldest 'g' rows into them and
// deletes those in its own batch. Until then the 'g' rows are in memory, too
// (write_buffer.hpp), and take precedence over 'c' rows.
//
// RocksDB numbers the rows that are written, from 1 in the first batch on. A record of
// the log has the number of its first row and how many rows it has. "Sequence number"
// means such a number here. The commit watermark is the greatest one that was
// acknowledged: in two slots, written in turn, each in a sector of its own with a
// checksum.
//
// -- what makes a log valid ---------------------------------------------------------
//
// A log whose end was torn by a crash looks the same as a log that was damaged in the
// middle: a record is not whole, and what follows it cannot be trusted. RocksDB stops
// reading there (kPointInTimeRecovery). Whether anything is lost depends on what was
// acknowledged, and only the watermark says that. A log is valid if
//
//   1. its first record begins with the number after the tables' last row, or an earlier
//      one, and each other record with the number after the last one's. What comes after
//      a gap does not count (wal_gap_filter). RocksDB does not look at the numbers, and
//      skips blocks of zeros in silence.
//   2. its last whole record reaches the watermark. Otherwise the start is refused, before
//      a byte of it is changed (recovery).
//
// The 's' row is last in a batch so that the number of the last row stays where a start
// finds it: when RocksDB writes a table it may drop any row that a later one replaces,
// and nothing but the shard's next group replaces its 's' row.
//
// -- a commit, step by step ------------------------------------------------------------
//
//   1. rocks_writer puts the rows of the group into a batch as they come.
//   2. group_committer::commit() gets them. If the disk was full, live_database::heal()
//      may open the database anew. If it is still full, or has failed, the commit ends
//      here with `full` or `refused`, and nothing was written.
//   3. shared_write_buffer::prepare() numbers the 'g' rows, adds them, and adds what
//      merges the oldest rows, unless another group is merging. The 's' row is added.
//   4. RocksDB appends the batch to the log, over zeros if groups are small
//      (wal_file_system), and with sync::always syncs the log. Groups of several shards
//      share a write and a sync.
//   5. RocksDB shows the rows to readers; publish() then does so with the changes.
//   6. The watermark advances, by one write to the page cache that is not synced.
//   7. commit() returns ok. Only now does the shard send the replies of the group, of
//      reads as well.
//
// With sync::interval step 4 does not sync and step 6 does not happen. Instead, in each
// interval, sync_log() syncs the log and then advances the watermark to what was
// committed before. Either way the watermark never gets ahead of what is synced.
//
// -- a start, step by step ---------------------------------------------------------------
//
//   1. data_directory locks the directory and checks the marker, or creates it in an
//      empty directory. Unfinished backups are deleted.
//   2. Without CURRENT the database is new; but if there is a table, a log or a watermark,
//      it has lost its beginning, and the start is refused.
//   3. database_opener::inspect() reads the log, read-only, for the number of the last
//      row; recovery compares it with the watermark, and refuses if it is less, or if the
//      watermark is missing or damaged.
//   4. RocksDB opens the database to write: it reads the log again, moves it into a table,
//      drops a torn end, and begins a new log. The comparison is made once more.
//   5. The 's' rows give the totals of all shards, the greatest version and the latest
//      time; the 'g' rows fill the write buffer.
//
// -- what can go wrong ----------------------------------------------------------------------
//
// Torn tail: a crash interrupted step 4 of a commit. The record is not whole, and RocksDB
//   drops it; the group was not acknowledged. If the record is whole after all, the group
//   is stored as if only the reply had been lost: the client repeats the request with its
//   idempotency key.
// Lost tail, or damage anywhere in the log: the last row that is found is less than the
//   watermark. recovery refuses the start and asks for a backup.
// Lost head, or a gap: the records after it do not count (wal_gap_filter), so again the last
//   row is less than the watermark.
// Kill: the kernel has every write, so a group is there from step 4 on, and the watermark
//   is that of step 6.
// Power failure, sync::always: before the sync in step 4 ends, the group is torn, or missing,
//   or there; afterwards it is there. The watermark may be an earlier one: the kernel
//   writes it to the disk within half a minute. Until then a lost tail can go unnoticed.
// Power failure, sync::interval: the log may end earlier, but not before the last sync, and
//   the watermark is not beyond that. The start is accepted.
// Crash during a start: nothing in db/ is changed before step 4, and RocksDB can repeat that
//   step. A first start that has not created the watermark yet has no rows either.
// Crash during a flush or a compaction: the log and the old tables exist until the MANIFEST
//   with the new table is synced. Unused tables are deleted by the next start.
// Watermark torn: the other slot has the number before it. If both are damaged, recovery
//   refuses the start. If the file cannot be written, group_committer logs that, and
//   commits go on: they are as safe, but their loss would not be noticed.
// MANIFEST torn: a crash interrupted the write of its last record, on which no file depends
//   yet. manifest_file_system ends the MANIFEST before it. If it was damage instead, a table
//   is missing or the last row is less than the watermark: the start is refused. CURRENT is
//   replaced only after the directory entry of the MANIFEST is synced.
// Full disk: the log cannot grow. So it is with a quota, and when a file cannot be opened for
//   want of descriptors or memory (shortage_file_system). wal_file_system truncates the torn record
//   and syncs those before it, so the group is certainly not stored: the commit returns `full`.
//   disk_health then takes no changes, and reads go on. RocksDB does not write to such a log again,
//   so live_database, once there is room, closes the database, opens it anew and requires that its
//   last row is the last one that was acknowledged. A commit looks for room, and so does a thread
//   of the ledger, twice a second. If there turns out to be none, the database is open to read
//   only until the next attempt. It takes no sync then, so with sync::interval the log is synced
//   before the database is closed; the watermark stays where it is until the disk has healed.
// Failed sync, or any other failed write: nobody knows whether the group is stored, and the
//   next sync may succeed although the kernel has dropped it. wal_file_system is unsure,
//   and disk_health fails for good: the commit returns `unknown`, later ones `refused`, and
//   on_failure ends the process. The next start reads what is stored.
// Moved directory: somebody moves DIR, or what is in it, and perhaps puts a backup there, while the
//   server runs. Files that are open go with it, but paths lead elsewhere: to the database that
//   somebody has just restored. in_place_file_system follows no path then, and a thread of the
//   ledger, which looks twice a second, reports a failed disk. What was acknowledged until then is
//   in the directory that was moved. Not noticed: files that are overwritten in place, and single
//   files that are moved, other than the watermark and RocksDB's LOCK.
// Failed flush or compaction: RocksDB reports it to live_database, on a thread of its own,
//   with the same two outcomes. RocksDB's own recovery from them is off (database_opener).
// Damaged table: RocksDB finds it by a checksum when it reads the block. The read fails and
//   is logged, and the shard replies with an error. `counterd check` reads every block.
//
// tests/storage/crash_test and failure_test stop or fail every call that changes a file;
// damage_test damages every byte of every file (a sample without COUNTERD_TEST_FULL=1).

class data_directory;
class group_committer;
class in_place_file_system;
class live_database;
class shared_write_buffer;

/// A ledger in a directory, stored by RocksDB. commit() returns ok when a group is
/// written, and synced unless the settings say otherwise. A full disk refuses groups
/// until it has room again; any other failure to write is for good, see
/// settings::on_failure.
///
/// Thread-safe, see counter::ledger. Forget an idempotency id before remembering
/// it again.
class rocks_ledger final : public counter::ledger {
public:
  /// Opens the directory or creates it. Throws std::runtime_error, of one line, if it is
  /// in use, not a data directory, or damaged, or if a file cannot be used; see recover().
  explicit rocks_ledger(settings given);
  /// Syncs what is not synced. The ledger's writers must be destroyed before.
  ~rocks_ledger() override;

  counter::ledger_traits traits() const noexcept override { return {.name = "rocksdb"}; }
  counter::health health() const noexcept override;
  counter::ledger_statistics statistics() const noexcept override { return metrics_.values(); }
  const counter::ledger_summary& summary() const noexcept override { return summary_; }
  std::unique_ptr<counter::ledger_writer> open_writer(unsigned shard) override;
  counter::outcome read(std::span<const std::string_view> names,
                        std::span<std::optional<counter::state>> found) override;
  counter::outcome read_idempotency_record(
      std::string_view id, std::optional<counter::idempotency_record>& found) override;
  counter::outcome read_due(counter::time_point now, std::size_t max, std::string& position,
                            std::vector<counter::due_entry>& found) override;
  counter::page list(const counter::page_request& request, counter::time_point now,
                     std::size_t steps) override;
  counter::backup back_up(const std::string& name) override;

private:
  counter::outcome read_rows(std::span<const std::string_view> names,
                             std::span<std::optional<counter::state>> found,
                             std::span<const std::size_t> wanted);
  counter::outcome cannot_read(const rocksdb::Status& status) noexcept;
  counter::commit_result store_time(counter::time_point now);

  // Each uses only what stands above it.
  const settings settings_;
  const std::unique_ptr<data_directory> directory_;
  const std::shared_ptr<in_place_file_system> files_;
  const std::unique_ptr<live_database> database_;
  throttled_log read_errors_;
  ledger_metrics metrics_;
  const std::unique_ptr<shared_write_buffer> buffer_;
  counter::ledger_summary summary_;
  std::map<std::uint32_t, shard_row> shards_;  // as they were opened
  std::unique_ptr<group_committer> committer_;
  counter::mutex timekeeper_mutex_;
  /// Stores the times of lists.
  std::unique_ptr<counter::ledger_writer> timekeeper_ ABSL_GUARDED_BY(timekeeper_mutex_);
  counter::mutex backup_mutex_;  // one backup at a time
  std::jthread maintainer_;      // syncs at intervals, heals a full disk, notices a moved one
};

}  // namespace storage
