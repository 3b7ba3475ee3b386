#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace rocksdb {
class FileSystem;
}

namespace storage {

// Files that RocksDB does not know of, made by way of its file layer, so that
// tests can let any step of it fail. Each throws std::runtime_error, with the
// file in its text.

/// After it, `file` has these bytes whatever happens; before, it is not there. At
/// any moment in between there may be a `file`.part.
void create_file(rocksdb::FileSystem& by, const std::filesystem::path& file,
                 std::string_view bytes);

/// After it, what was created in, renamed in and removed from it stays so.
void sync_directory(rocksdb::FileSystem& by, const std::filesystem::path& directory);

void make_directory(rocksdb::FileSystem& by, const std::filesystem::path& directory);

void rename(rocksdb::FileSystem& by, const std::filesystem::path& from,
            const std::filesystem::path& to);

/// All that is in it, and it; nothing where it does not exist.
void remove_directory(rocksdb::FileSystem& by, const std::filesystem::path& directory);

std::string read_file(const std::filesystem::path& file);

}  // namespace storage
