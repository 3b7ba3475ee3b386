#include "storage/rocksdb/backup.hpp"

#include "storage/rocksdb/commit_watermark.hpp"
#include "storage/rocksdb/data_directory.hpp"
#include "storage/rocksdb/file_error.hpp"
#include "storage/rocksdb/files.hpp"

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

/// What no backup's name has in it ends the name of one that is not whole.
constexpr char part_mark = '~';

fs::path part_of(const fs::path& backups, const std::string& name) {
  return backups / (name + part_mark);
}

bool is_part(const fs::path& path) {
  return path.filename().string().ends_with(part_mark);
}

void check(const fs::path& path, const rocksdb::Status& status) {
  if (!status.ok())
    throw file_error{path.string(), status};
}

void make(rocksdb::DB& database, rocksdb::FileSystem& by, const fs::path& part) {
  const auto copy = part / "db";
  make_directory(by, part);
  rocksdb::Checkpoint* created = nullptr;
  check(copy, rocksdb::Checkpoint::Create(&database, &created));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint{created};
  std::uint64_t sequence = 0;
  // What is in memory goes to a table first, so that there is no log to copy.
  check(copy, checkpoint->CreateCheckpoint(fs::absolute(copy).string(), 0, &sequence));
  sync_directory(by, copy);
  commit_watermark::create(by, part / "witness", sequence);
  data_directory::mark(by, part);
}

}  // namespace

counter::backup make_backup(rocksdb::DB& database, rocksdb::FileSystem& by,
                            const data_directory& directory, const std::string& name) {
  const auto whole = directory.backups() / name;
  const auto part = part_of(directory.backups(), name);
  try {
    if (fs::exists(fs::symlink_status(whole)))
      return {outcome::backup_exists};
    remove_directory(by, part);
    make(database, by, part);
    rename(by, part, whole);
    sync_directory(by, directory.backups());
    return {outcome::ok, whole.string()};
  } catch (const std::exception& error) {
    spdlog::error("a backup failed: {}", error.what());
    const auto* at = dynamic_cast<const file_error*>(&error);
    // What is left of it goes now if it can, and with the next start otherwise.
    try {
      remove_directory(by, part);
    } catch (const std::exception& again) {
      spdlog::warn("{}", again.what());
    }
    return {at && at->is_no_space() ? outcome::disk_full : outcome::unreadable};
  }
}

void remove_unfinished_backups(rocksdb::FileSystem& by, const data_directory& directory) {
  for (const auto& entry : fs::directory_iterator{directory.backups()})
    if (is_part(entry.path()))
      remove_directory(by, entry.path());
}

}  // namespace storage
