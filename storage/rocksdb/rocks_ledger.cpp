#include "storage/rocksdb/rocks_ledger.hpp"

#include "counter/mutex.hpp"
#include "storage/rocksdb/backup.hpp"
#include "storage/rocksdb/data_directory.hpp"
#include "storage/rocksdb/group_committer.hpp"
#include "storage/rocksdb/in_place_file_system.hpp"
#include "storage/rocksdb/live_database.hpp"
#include "storage/rocksdb/recovery.hpp"
#include "storage/rocksdb/rocks_writer.hpp"
#include "storage/rocksdb/shared_write_buffer.hpp"
#include "storage/rocksdb/shortage_file_system.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <utility>

namespace storage {

using counter::outcome;

namespace {

/// The shard whose row has the time of the latest list, see store_time().
constexpr std::uint32_t lists_shard = 0xffff'ffff;

settings with_file_system(settings given) {
  if (!given.file_system)
    given.file_system = default_file_system();
  given.file_system = std::make_shared<shortage_file_system>(given.file_system);
  return given;
}

settings with_files(settings given, std::shared_ptr<rocksdb::FileSystem> files) {
  given.file_system = std::move(files);
  return given;
}

/// Between two looks at the disk: a full one heals though nobody writes.
constexpr std::chrono::milliseconds look_pause{500};

/// Between two looks at the numbers of the disk.
constexpr std::chrono::seconds sample_pause{1};

void maintain(const std::stop_token& stop, const counter::durability& durability,
              group_committer& committer, live_database& database,
              const in_place_file_system& files, const shared_write_buffer& buffer,
              ledger_metrics& metrics) {
  using std::chrono::steady_clock;
  const bool has_interval = durability.sync == counter::durability::sync::interval;
  const auto pause = has_interval ? std::min(durability.interval, look_pause) : look_pause;
  auto next_sync = steady_clock::now() + durability.interval;
  auto next_sample = steady_clock::now() + sample_pause;
  counter::mutex mutex;  // guards nothing: there is only the stop to wait for
  std::condition_variable_any stopped;
  const counter::mutex_lock lock{mutex};
  while (!stop.stop_requested()) {
    stopped.wait_for(mutex, stop, pause, [] { return false; });
    if (has_interval && steady_clock::now() >= next_sync) {
      metrics.sync().begin(steady_clock::now());
      committer.sync_log();
      metrics.sync().end();
      next_sync = steady_clock::now() + durability.interval;
    }
    if (const auto status = files.check_place(); !status.ok())
      database.report(status);
    database.heal();
    if (steady_clock::now() >= next_sample) {
      metrics.sample(database, buffer);
      next_sample = steady_clock::now() + sample_pause;
    }
  }
}

}  // namespace

rocks_ledger::rocks_ledger(settings given)
    : settings_(with_file_system(std::move(given))),
      directory_(std::make_unique<data_directory>(
          settings_.directory, data_directory::access::serve, *settings_.file_system)),
      files_(std::make_shared<in_place_file_system>(settings_.file_system, directory_->database())),
      database_(
          std::make_unique<live_database>(directory_->database(), with_files(settings_, files_))),
      read_errors_(directory_->database().string()),
      buffer_(std::make_unique<shared_write_buffer>(settings_.write_buffer)) {
  auto recovered = recover(settings_, *directory_, database_->opener(), *buffer_);
  summary_ = recovered.summary;
  shards_ = std::move(recovered.shards);
  database_->adopt(std::move(recovered.database));
  files_->pin(directory_->commit_watermark());
  committer_ =
      std::make_unique<group_committer>(settings_.durability, *database_, *buffer_,
                                        std::move(recovered.watermark), read_errors_, summary_.now);
  timekeeper_ = open_writer(lists_shard);
  metrics_.sample(*database_, *buffer_);
  maintainer_ = std::jthread{[this](const std::stop_token& stop) {
    maintain(stop, settings_.durability, *committer_, *database_, *files_, *buffer_, metrics_);
  }};
}

rocks_ledger::~rocks_ledger() {
  maintainer_.request_stop();
  maintainer_.join();
  if (settings_.durability.sync == counter::durability::sync::interval)
    committer_->sync_log();
  committer_->close();
}

counter::health rocks_ledger::health() const noexcept {
  return database_->health();
}

std::unique_ptr<counter::ledger_writer> rocks_ledger::open_writer(unsigned shard) {
  return std::make_unique<rocks_writer>(*committer_, shard, shards_[shard]);
}

counter::backup rocks_ledger::back_up(const std::string& name) {
  const counter::mutex_lock one_at_a_time{backup_mutex_};
  const shared_lock lock{database_->mutex()};
  switch (database_->health()) {
    case counter::health::good: {
      auto backup = make_backup(*database_->get(), *files_, *directory_, name);
      metrics_.count(backup);
      return backup;
    }
    case counter::health::full:
      return {outcome::disk_full};
    case counter::health::failed:
    case counter::health::away:  // of another kind of ledger
      break;
  }
  return {outcome::draining};
}

}  // namespace storage
