#include "storage/rocksdb/files.hpp"

#include "storage/rocksdb/file_error.hpp"

#include <rocksdb/file_system.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>
#include <vector>

namespace storage {

namespace {

namespace fs = std::filesystem;
using rocksdb::FileSystem;
using rocksdb::IOOptions;

void check(const fs::path& file, const rocksdb::IOStatus& status) {
  if (!status.ok())
    throw file_error{file.string(), status};
}

}  // namespace

void create_file(FileSystem& file_system, const fs::path& file, std::string_view bytes) {
  auto part = file;
  part += ".part";
  std::unique_ptr<rocksdb::FSWritableFile> opened;
  check(part, file_system.NewWritableFile(part.string(), {}, &opened, nullptr));
  check(part, opened->Append({bytes.data(), bytes.size()}, IOOptions{}, nullptr));
  check(part, opened->Fsync(IOOptions{}, nullptr));
  check(part, opened->Close(IOOptions{}, nullptr));
  rename(file_system, part, file);
  sync_directory(file_system, file.parent_path());
}

void sync_directory(FileSystem& file_system, const fs::path& directory) {
  std::unique_ptr<rocksdb::FSDirectory> opened;
  check(directory, file_system.NewDirectory(directory.string(), IOOptions{}, &opened, nullptr));
  check(directory, opened->Fsync(IOOptions{}, nullptr));
}

void make_directory(FileSystem& file_system, const fs::path& directory) {
  check(directory, file_system.CreateDirIfMissing(directory.string(), IOOptions{}, nullptr));
}

void rename(FileSystem& file_system, const fs::path& from, const fs::path& to) {
  check(to, file_system.RenameFile(from.string(), to.string(), IOOptions{}, nullptr));
}

void remove_directory(FileSystem& file_system, const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(directory, error)))
    return;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator{directory})
    entries.push_back(entry.path());
  for (const auto& entry : entries) {
    if (fs::is_directory(fs::symlink_status(entry)))
      remove_directory(file_system, entry);
    else
      check(entry, file_system.DeleteFile(entry.string(), IOOptions{}, nullptr));
  }
  check(directory, file_system.DeleteDir(directory.string(), IOOptions{}, nullptr));
}

std::string read_file(const fs::path& file) {
  std::ifstream input{file, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{input}, {}};
  if (!input.is_open() || input.bad())
    throw std::system_error(errno, std::generic_category(), file.string() + ": cannot be read");
  return bytes;
}

}  // namespace storage
