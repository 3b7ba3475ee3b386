#include "storage/rocksdb/data_directory.hpp"

#include "storage/rocksdb/files.hpp"
#include "storage/rocksdb/rows.hpp"

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace storage {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view marker_file = "COUNTERD";
constexpr std::string_view marker_begin = "counterd data directory, format ";

[[noreturn]] void refuse(const fs::path& path, const std::string& reason) {
  throw std::runtime_error(path.string() + ": " + reason);
}

[[noreturn]] void refuse(const fs::path& path, const std::string& reason, int error) {
  refuse(path, reason + ": " + std::generic_category().message(error));
}

}  // namespace

data_directory::data_directory(fs::path path, access mode, rocksdb::FileSystem& file_system)
    : path_(std::move(path)) {
  const bool serves = mode == access::serve;
  // Readable by the owner only: names of counters may be confidential.
  if (serves && ::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST)
    refuse(path_, "cannot be created", errno);
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ < 0)
    refuse(path_, "cannot be opened", errno);
  try {
    lock();
    if (serves)
      claim(file_system);
    check_marker();
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

data_directory::~data_directory() {
  ::close(descriptor_);
}

void data_directory::mark(rocksdb::FileSystem& file_system, const fs::path& directory) {
  create_file(file_system, directory / marker_file,
              std::string{marker_begin} + std::to_string(format) + "\n");
}

void data_directory::lock() {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0)
    return;
  if (errno == EWOULDBLOCK)
    refuse(path_, "is in use by another counterd");
  refuse(path_, "cannot be locked", errno);
}

/// Syncs the entry of the directory in its parent. That is the parent of the open directory,
/// which its path may not name: `link/../data`, or a link to it.
void data_directory::sync_entry(rocksdb::FileSystem& file_system) const {
  const int parent = ::openat(descriptor_, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent >= 0) {
    ::close(parent);
    sync_directory(file_system, path_ / "..");
  } else if (errno != EACCES) {
    refuse(path_, "its parent cannot be opened", errno);
  } else if (::syncfs(descriptor_) != 0) {
    // A parent that may be entered and not read: everything on the disk is synced instead.
    refuse(path_, "its disk cannot be synced", errno);
  }
}

/// Creates what is missing in it, if it is empty or a creation was interrupted.
void data_directory::claim(rocksdb::FileSystem& file_system) {
  if (!has_marker()) {
    for (const auto& entry : fs::directory_iterator{path_}) {
      const auto name = entry.path().filename().string();
      if (name != "lost+found" && name != std::string{marker_file} + ".part")
        refuse(path_, "is not empty and not a counterd data directory (it has " + name +
                          " and no COUNTERD); choose another one");
    }
    sync_entry(file_system);
    mark(file_system, path_);
  }
  make_directory(file_system, database());
  make_directory(file_system, backups());
  sync_directory(file_system, path_);
}

bool data_directory::has_marker() const {
  std::error_code error;
  const auto status = fs::symlink_status(path_ / marker_file, error);
  if (error && status.type() != fs::file_type::not_found)
    refuse(path_ / marker_file, "cannot be read", error.value());
  return fs::exists(status);
}

void data_directory::check_marker() const {
  const auto file = path_ / marker_file;
  if (!has_marker())
    refuse(path_, "is not a counterd data directory (it has no COUNTERD)");
  const auto text = read_file(file);
  unsigned number = 0;
  if (std::string_view rest{text}; rest.starts_with(marker_begin) && rest.ends_with('\n')) {
    rest.remove_prefix(marker_begin.size());
    rest.remove_suffix(1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{} || end != rest.data() + rest.size())
      number = 0;
  }
  if (number == 0)
    refuse(file, "is damaged; restore a backup");
  if (number > format)
    refuse(path_, "has format " + std::to_string(number) + ", and this counterd knows none after " +
                      std::to_string(format) + "; start a newer one");
}

}  // namespace storage
