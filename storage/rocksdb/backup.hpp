#pragma once

#include "counter/call.hpp"

#include <string>

namespace rocksdb {
class DB;
class FileSystem;
}  // namespace rocksdb

namespace storage {

class data_directory;

/// Makes backups/`name` of all that is in the database at one moment: a data
/// directory of its own. It is there when it is whole. One at a time. Logs what
/// fails.
counter::backup make_backup(rocksdb::DB& database, rocksdb::FileSystem& by,
                            const data_directory& directory, const std::string& name);

/// What a crash has left of one. Throws std::runtime_error.
void remove_unfinished_backups(rocksdb::FileSystem& by, const data_directory& directory);

}  // namespace storage
