#include "storage/rocksdb/database_opener.hpp"

#include "storage/rocksdb/manifest_file_system.hpp"
#include "storage/rocksdb/shortage.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace storage {

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

/// Small enough for a processor's cache: an insertion compares the row with a dozen
/// others and spends half of its time waiting for memory (1.6 times as long with 32 MiB).
/// It also bounds the log that a start has to read.
constexpr std::size_t memtable_bytes_max = 8 * mib;
constexpr std::size_t memtable_bytes_min = mib;
constexpr std::uint64_t manifest_bytes_max = 256 << 10;
constexpr std::size_t spare_descriptors = 8;
constexpr std::size_t write_buffer_bytes_of_timer = std::size_t{64} << 10;

/// One is written to, one is being flushed to a table, and one is spare.
constexpr int memtables = 3;

/// On a small disk, logs and the tables they become take a quarter at most.
std::size_t memtable_bytes(const std::filesystem::path& database, std::size_t memory) {
  std::error_code error;
  const auto space = std::filesystem::space(database.parent_path(), error);
  const auto disk_share = error ? memtable_bytes_max : space.capacity / 32;
  return std::max(memtable_bytes_min,
                  std::min<std::size_t>({memtable_bytes_max, memory / 8, disk_share}));
}

/// Passes RocksDB's messages to our log. Its own logger writes a file beside the data,
/// and ends the process when that disk is full.
class logger final : public rocksdb::Logger {
public:
  logger() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    Logv(rocksdb::InfoLogLevel::WARN_LEVEL, format, arguments);
  }
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL)
      return;
    std::array<char, 1024> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    std::replace(text.begin(), text.end(), '\n', ' ');
    const bool is_error = level >= rocksdb::InfoLogLevel::ERROR_LEVEL;
    spdlog::log(is_error ? spdlog::level::warn : spdlog::level::debug, "rocksdb: {}", text.data());
  }
};

class listener final : public rocksdb::EventListener {
public:
  explicit listener(database_opener::error_handler on_error) : on_error_(std::move(on_error)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* error) override {
    on_error_(*error);
  }
  /// Recovery would write to the log that failed, and Debian's library ends the process
  /// when it does.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*error*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

private:
  database_opener::error_handler on_error_;
};

/// A filter or an index is cached in partitions. As a whole it would be larger than a shard of a
/// small cache: it would be read and verified anew for each lookup.
constexpr std::size_t partition_bytes = 4096;

rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;  // so that memory is bounded
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.metadata_block_size = partition_bytes;
  table.pin_top_level_index_and_filter = true;
  table.format_version = 5;
  return table;
}

rocksdb::Options options_of(rocksdb::Env* env, std::size_t memory, std::size_t write_buffer,
                            std::size_t tables_max) {
  const auto cache = rocksdb::NewLRUCache(memory);
  rocksdb::Options options;
  options.env = env;
  options.info_log = std::make_shared<logger>();
  // Damage is an error, except at the end of the log, where it looks like what a crash
  // leaves: the commit watermark tells them apart.
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // manifest_file_system reads a whole MANIFEST into memory, so it must stay short.
  // track_and_verify_wals_in_manifest stays off: before RocksDB 7.9 a new MANIFEST may
  // ask for logs that were deleted (its pull request 10892), and then the database cannot
  // be opened. wal_gap_filter and the commit watermark notice a missing log.
  options.max_manifest_file_size = manifest_bytes_max;
  options.max_bgerror_resume_count = 0;
  options.write_buffer_size = write_buffer;
  options.max_write_buffer_number = memtables;
  options.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(memtables * write_buffer, cache);
  // One thread inserts the rows of all waiting groups: waking the others takes longer.
  options.allow_concurrent_memtable_write = false;
  options.compression = rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  options.bytes_per_sync = mib;
  options.max_background_jobs = 2;
  options.max_open_files = static_cast<int>(tables_max);
  options.max_file_opening_threads = 1;  // the caller alone: the system may permit no thread
  options.manifest_preallocation_size = manifest_bytes_max;  // a disk may be small
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(cache)));
  return options;
}

}  // namespace

database_opener::database_opener(std::filesystem::path database, std::size_t memory,
                                 const std::shared_ptr<rocksdb::FileSystem>& file_system,
                                 error_handler on_error, std::size_t tables_max)
    : path_(std::move(database)),
      watch_(
          std::make_shared<wal_file_system>(std::make_shared<manifest_file_system>(file_system))),
      env_(rocksdb::NewCompositeEnv(watch_)),
      memtable_bytes_(memtable_bytes(path_, memory)),
      options_(options_of(env_.get(), memory, memtable_bytes_, tables_max)) {
  options_.wal_filter = &gap_filter_;
  options_.listeners.push_back(std::make_shared<listener>(std::move(on_error)));
}

rocksdb::Status database_opener::inspect(std::uint64_t& sequence) {
  std::unique_ptr<rocksdb::DB> tables;
  gap_filter_.look();
  auto status = open_as(access::read_only, tables);
  sequence = gap_filter_.follow(tables ? tables->GetLatestSequenceNumber() : 0);
  return status;
}

rocksdb::Status database_opener::open(access mode, std::unique_ptr<rocksdb::DB>& opened) {
  if (mode != access::read_only && !timer_)
    if (auto status = open_timer(); !status.ok())
      return status;
  gap_filter_.restart();
  return open_as(mode, opened);
}

/// RocksDB has a thread for timers as long as any database is open to write. This one stays open,
/// so that the other can be closed and opened anew where no thread can be made: RocksDB would
/// end the process.
rocksdb::Status database_opener::open_timer() {
  timer_env_.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  rocksdb::Options options;
  options.env = timer_env_.get();
  options.info_log = options_.info_log;
  options.create_if_missing = true;
  options.write_buffer_size = write_buffer_bytes_of_timer;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* database = nullptr;
  auto status = timer_env_->CreateDirIfMissing("/timer");
  if (status.ok())
    status = rocksdb::DB::Open(options, "/timer", &database);
  timer_.reset(database);
  return status;
}

rocksdb::Status database_opener::open_as(access mode, std::unique_ptr<rocksdb::DB>& opened) {
  rocksdb::DB* database = nullptr;
  options_.create_if_missing = mode == access::create;
  // This leaves deletions to a thread that a read-only database does not have.
  options_.avoid_unnecessary_blocking_io = mode != access::read_only;
  auto status = mode == access::read_only
                    ? rocksdb::DB::OpenForReadOnly(options_, path_.string(), &database)
                    : rocksdb::DB::Open(options_, path_.string(), &database);
  opened.reset(database);
  return status;
}

bool database_opener::has_room() const {
  std::error_code error;
  const auto space = std::filesystem::space(path_, error);
  return !error && space.available >= room_bytes() && has_inodes(path_);
}

bool database_opener::has_descriptors() const {
  std::array<int, spare_descriptors> opened{};
  for (auto& descriptor : opened)
    descriptor = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_short = opened.back() < 0 && shortage_of(errno) == shortage::resources;
  for (const int descriptor : opened)
    if (descriptor >= 0)
      ::close(descriptor);
  return !is_short;
}

std::shared_ptr<rocksdb::FileSystem> default_file_system() {
  return rocksdb::FileSystem::Default();
}

}  // namespace storage
