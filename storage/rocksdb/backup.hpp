#pragma once

#include "counter/call.hpp"

#include <string>

namespace rocksdb {
class DB;
class FileSystem;
}  // namespace rocksdb

namespace storage {

class data_directory;

/// Copies the database as it is at one moment to backups/`name`, a data directory of its
/// own. Made as backups/`name`~ and renamed when it is complete and synced, so `name`
/// exists completely or not at all. Blocks for a flush and, where files cannot be
/// hard-linked, a copy; other threads may write meanwhile. One call at a time.
///
/// Returns ok and the path, or backup_exists, disk_full or unreadable; logs the reason of
/// the last two. Does not throw.
counter::backup make_backup(rocksdb::DB& database, rocksdb::FileSystem& file_system,
                            const data_directory& directory, const std::string& name);

/// Removes every backup that a crash has left unfinished, and logs those that it cannot remove.
/// Throws std::runtime_error if it cannot read backups/.
void remove_unfinished_backups(rocksdb::FileSystem& file_system, const data_directory& directory);

}  // namespace storage
