#pragma once

#include "counter/mutex.hpp"
#include "counter/shard/ledger.hpp"
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

namespace storage {

class data_directory;
class group_committer;
class live_database;
class shared_write_buffer;

/// A ledger in a directory, stored by RocksDB. commit() returns ok when a group is
/// written, and synced unless the settings say otherwise. A full disk refuses groups
/// until it has room again; any other failure to write is for good, see
/// settings::on_failure.
///
/// Thread-safe, see counter::ledger. Ids of idempotency records: an id must be
/// forgotten before it is remembered again.
class rocks_ledger final : public counter::ledger {
public:
  /// Opens the directory or creates it. Throws std::runtime_error, of one line, if it is
  /// in use, not a data directory, or damaged, or if a file cannot be used; see recover().
  explicit rocks_ledger(settings given);
  /// Syncs what is not synced. The ledger's writers must be destroyed before.
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
  bool read_rows(std::span<const std::string_view> names,
                 std::span<std::optional<counter::state>> found,
                 std::span<const std::size_t> wanted);
  bool cannot_read(const std::string& reason) noexcept;
  counter::commit_result store_time(counter::time_point now);

  // Each uses only what stands above it.
  const settings settings_;
  const std::unique_ptr<data_directory> directory_;
  const std::unique_ptr<live_database> database_;
  throttled_log read_errors_;
  const std::unique_ptr<shared_write_buffer> buffer_;
  counter::ledger_summary summary_;
  std::map<std::uint32_t, shard_row> shards_;  // as they were opened
  std::unique_ptr<group_committer> committer_;
  counter::mutex timekeeper_mutex_;
  /// Stores the times of lists.
  std::unique_ptr<counter::ledger_writer> timekeeper_ ABSL_GUARDED_BY(timekeeper_mutex_);
  counter::mutex backup_mutex_;  // one backup at a time
  std::jthread syncer_;          // only with sync::interval
};

}  // namespace storage
