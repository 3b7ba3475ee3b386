#pragma once

#include "counter/mutex.hpp"
#include "counter/shard/ledger.hpp"
#include "storage/rocksdb/rows.hpp"
#include "storage/rocksdb/settings.hpp"
#include "storage/rocksdb/write_buffer.hpp"
#include "storage/rocksdb/writer_priority_mutex.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace rocksdb {
class DB;
class Status;
class WriteBatch;
struct ReadOptions;
}  // namespace rocksdb

namespace storage {

class counter_walk;
class data_directory;
class database_opener;
class commit_watermark;

/// A ledger in a directory, by RocksDB. Every group is synced when commit() says
/// that it is kept, unless the settings say otherwise.
///
/// When the disk is full, groups are refused until there is room again, and
/// reads go on. Any other failure to write is for good: see settings::on_failure.
/// What was acknowledged before is found by the next process.
///
/// An id that was remembered is forgotten before it is remembered again.
class rocks_ledger final : public counter::ledger {
public:
  /// Opens the directory, or makes it. Throws std::runtime_error, of one line,
  /// when it cannot: in use, not ours, damaged, or a file that fails.
  explicit rocks_ledger(settings how);
  /// The writers are gone. Syncs what is not.
  ~rocks_ledger() override;

  const counter::ledger_summary& summary() const noexcept override { return summary_; }
  std::unique_ptr<counter::ledger_writer> open_writer(unsigned shard) override;
  bool read(std::span<const std::string_view> names,
            std::span<std::optional<counter::state>> found) override;
  bool read_idempotency_record(std::string_view id,
                               std::optional<counter::idempotency_record>& found) override;
  bool read_due(counter::time_point now, std::size_t max, std::string& position,
                std::vector<counter::due_entry>& found) override;
  counter::page list(const counter::page_request& request, counter::time_point now,
                     std::size_t steps) override;
  counter::backup back_up(const std::string& name) override;

private:
  friend class rocks_writer;

  enum class health : std::uint8_t { good, full, failed };

  void open();
  bool is_new() const;
  void check_untouched(bool has_watermark);
  void check_sequence(std::uint64_t latest, std::uint64_t watermark) const;
  void open_database(bool is_new) ABSL_EXCLUSIVE_LOCKS_REQUIRED(database_mutex_);
  void read_shards() ABSL_SHARED_LOCKS_REQUIRED(database_mutex_);
  void read_changes() ABSL_SHARED_LOCKS_REQUIRED(database_mutex_);

  counter::commit_result write(rocksdb::WriteBatch& batch, std::span<const std::string> changes,
                               std::uint32_t shard, const shard_row& row) noexcept;
  counter::commit_result write_failed(const rocksdb::Status& status) noexcept;
  void background_failed(const rocksdb::Status& status) noexcept;
  void ran_full(const rocksdb::Status& status) noexcept;
  void fail(const std::string& why) noexcept;
  void heal() noexcept;
  void reopen() ABSL_EXCLUSIVE_LOCKS_REQUIRED(database_mutex_);
  void vouch_for(std::uint64_t sequence) noexcept;

  bool read_rows(std::span<const std::string_view> names,
                 std::span<std::optional<counter::state>> found,
                 std::span<const std::size_t> which);
  counter_walk walk_from(const std::string& begin, const rocksdb::ReadOptions& options,
                         const counter::page_request& request, std::size_t steps)
      ABSL_SHARED_LOCKS_REQUIRED(database_mutex_);
  bool unreadable(const std::string& what) noexcept;
  void sync_in_intervals(const std::stop_token& stop);
  void sync_log() noexcept;
  counter::commit_result keep_time(counter::time_point now);

  settings settings_;
  std::unique_ptr<data_directory> directory_;
  std::unique_ptr<storage::database_opener> opener_;
  std::unique_ptr<storage::commit_watermark> watermark_;
  counter::ledger_summary summary_;
  std::map<std::uint32_t, shard_row> shards_;  // as they were opened

  writer_priority_mutex database_mutex_;  // shared: to use the database; exclusive: to replace it
  /// Null only when it has failed.
  std::unique_ptr<rocksdb::DB> db_ ABSL_GUARDED_BY(database_mutex_);
  std::atomic<std::uint64_t> next_changes_ = 0;
  counter::mutex newer_;
  write_buffer write_buffer_ ABSL_GUARDED_BY(newer_);
  /// One group at a time takes older ones with it.
  bool is_merging_ ABSL_GUARDED_BY(newer_) = false;
  std::atomic<health> health_ = health::good;
  std::atomic<bool> has_failed_ = false;
  std::atomic<std::uint64_t> sequence_ = 0;        // of the last group that was kept
  std::atomic<counter::time_point::rep> now_ = 0;  // the latest that was kept
  std::atomic<std::int64_t> reported_ = 0;         // when a read last failed
  counter::mutex healing_;
  std::chrono::steady_clock::time_point next_healing_ ABSL_GUARDED_BY(healing_){};  // not before
  counter::mutex timekeeping_;
  std::unique_ptr<counter::ledger_writer> timekeeper_ ABSL_GUARDED_BY(timekeeping_);  // of lists
  counter::mutex backing_up_;

  counter::mutex waiting_;
  std::condition_variable_any wake_up_;
  std::jthread syncer_;  // only with sync::interval
};

}  // namespace storage
