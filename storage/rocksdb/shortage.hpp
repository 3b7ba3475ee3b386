#pragma once

#include <cstdint>
#include <filesystem>

namespace rocksdb {
class Status;
}

namespace storage {

/// What a call of the file layer lacked when it failed. A call that failed for a shortage
/// has changed nothing that a later call could not repeat.
enum class shortage : std::uint8_t {
  none,       ///< it failed for another reason, or did not fail
  room,       ///< a disk, a quota or the limit of a file's length: ENOSPC, EDQUOT, EFBIG
  resources,  ///< descriptors or memory, the process's or the machine's: EMFILE, ENFILE, ENOMEM
};

/// Classifies an error number of the system.
shortage shortage_of(int error) noexcept;

/// Returns false if the file system of `path` has no inode for another file.
bool has_inodes(const std::filesystem::path& path) noexcept;

/// Returns whether a status of RocksDB's file layer for the system is that of this error
/// number. It has no number, so its text decides.
bool has_error(const rocksdb::Status& status, int error);

/// Classifies a status that RocksDB's file layer for the system has returned, directly or
/// through RocksDB. See has_error().
shortage shortage_of(const rocksdb::Status& status);

}  // namespace storage
