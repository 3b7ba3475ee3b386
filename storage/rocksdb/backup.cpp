#include "storage/rocksdb/backup.hpp"

#include "storage/rocksdb/commit_watermark.hpp"
#include "storage/rocksdb/data_directory.hpp"
#include "storage/rocksdb/file_error.hpp"
#include "storage/rocksdb/files.hpp"
#include "storage/rocksdb/shortage.hpp"

#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <rocksdb/utilities/checkpoint.h>

#include <spdlog/spdlog.h>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <system_error>

namespace storage {

namespace {

namespace fs = std::filesystem;
using counter::outcome;

/// Ends the name of an unfinished backup. No valid name has it.
constexpr char unfinished_mark = '~';

bool is_unfinished(const fs::path& path) {
  return path.filename().string().ends_with(unfinished_mark);
}

void check(const fs::path& path, const rocksdb::Status& status) {
  if (!status.ok())
    throw file_error{path.string(), status};
}

bool is_shortage(const std::exception& error) {
  if (const auto* file = dynamic_cast<const file_error*>(&error))
    return file->is_no_space();
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  return system != nullptr && shortage_of(system->code().value()) != shortage::none;
}

void make(rocksdb::DB& database, rocksdb::FileSystem& file_system, const fs::path& unfinished) {
  const auto copy = unfinished / "db";
  make_directory(file_system, unfinished);
  rocksdb::Checkpoint* created = nullptr;
  check(copy, rocksdb::Checkpoint::Create(&database, &created));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint{created};
  std::uint64_t sequence = 0;
  // 0: flushes first, so that there is no log to copy.
  check(copy, checkpoint->CreateCheckpoint(fs::absolute(copy).string(), 0, &sequence));
  sync_directory(file_system, copy);
  commit_watermark::create(file_system, unfinished / commit_watermark_file, sequence);
  data_directory::mark(file_system, unfinished);
}

/// Removes a backup that has failed. Returns false if it is there, and complete, nevertheless.
bool undo(rocksdb::FileSystem& file_system, const fs::path& complete, const fs::path& unfinished) {
  std::error_code error;
  const auto is_renamed = [&] { return fs::exists(fs::symlink_status(complete, error)); };
  try {
    // The directory could not be synced after that.
    if (is_renamed())
      rename(file_system, complete, unfinished);
    remove_directory(file_system, unfinished);
  } catch (const std::exception& second_error) {
    // The next start tries again.
    spdlog::warn("{}", second_error.what());
  }
  return !is_renamed();
}

}  // namespace

counter::backup make_backup(rocksdb::DB& database, rocksdb::FileSystem& file_system,
                            const data_directory& directory, const std::string& name) {
  const auto complete = directory.backups() / name;
  const auto unfinished = directory.backups() / (name + unfinished_mark);
  try {
    if (fs::exists(fs::symlink_status(complete)))
      return {outcome::backup_exists};
    remove_directory(file_system, unfinished);
    make(database, file_system, unfinished);
    rename(file_system, unfinished, complete);
    sync_directory(file_system, directory.backups());
    return {outcome::ok, complete.string()};
  } catch (const std::exception& error) {
    spdlog::error("a backup failed: {}", error.what());
    const bool is_undone = undo(file_system, complete, unfinished);
    return {is_undone && is_shortage(error) ? outcome::disk_full : outcome::unreadable};
  }
}

void remove_unfinished_backups(rocksdb::FileSystem& file_system, const data_directory& directory) {
  std::error_code error;
  for (fs::directory_iterator entry{directory.backups(), error}, end; !error && entry != end;
       entry.increment(error))
    if (is_unfinished(entry->path()))
      try {
        remove_directory(file_system, entry->path());
      } catch (const std::exception& failure) {
        spdlog::warn("an unfinished backup cannot be removed: {}", failure.what());
      }
  if (error)
    spdlog::warn("{} cannot be searched for unfinished backups: {}", directory.backups().string(),
                 error.message());
}

}  // namespace storage
