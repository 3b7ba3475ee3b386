#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace rocksdb {
class FileSystem;
}

namespace storage {

// Operations on the files of a data directory that are not RocksDB's. They go through
// RocksDB's file layer, so that tests can make each step fail.
//
// Each blocks for the disk and throws std::runtime_error (file_error, if the file layer
// failed) with the file's name in what(). They may be called by several threads, for
// different files.

/// Creates or replaces `file`, and syncs it and its directory. When it returns, the file
/// survives a power failure; if it is interrupted, `file` is as it was, and there may be
/// a `file`.part, which the next call overwrites.
void create_file(rocksdb::FileSystem& file_system, const std::filesystem::path& file,
                 std::string_view bytes);

/// When it returns, the entries created in, renamed in and removed from `directory` so far
/// survive a power failure.
void sync_directory(rocksdb::FileSystem& file_system, const std::filesystem::path& directory);

/// Creates `directory` unless it exists. Its parent must exist. Does not sync.
void make_directory(rocksdb::FileSystem& file_system, const std::filesystem::path& directory);

/// Replaces `to` if it exists. Does not sync.
void rename(rocksdb::FileSystem& file_system, const std::filesystem::path& from,
            const std::filesystem::path& to);

/// Removes `directory` and everything in it; does nothing if it does not exist or is no
/// directory. Does not follow symbolic links, and does not sync.
void remove_directory(rocksdb::FileSystem& file_system, const std::filesystem::path& directory);

/// Returns all bytes of a file. Throws std::system_error.
std::string read_file(const std::filesystem::path& file);

}  // namespace storage
