#include "storage/rocksdb/in_place_file_system.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace storage {

using rocksdb::FileOptions;
using rocksdb::IOStatus;

in_place_file_system::in_place_file_system(const std::shared_ptr<rocksdb::FileSystem>& target,
                                           std::filesystem::path database)
    : FileSystemWrapper(target),
      database_(std::move(database)),
      descriptor_(::open(database_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0)
    throw std::runtime_error(database_.string() +
                             ": cannot be opened: " + std::generic_category().message(errno));
}

in_place_file_system::~in_place_file_system() {
  ::close(descriptor_);
}

IOStatus in_place_file_system::check_place() const {
  struct stat open {};
  struct stat named {};
  if (::fstat(descriptor_, &open) != 0)
    return IOStatus::OK();
  const bool is_followed = ::stat(database_.c_str(), &named) == 0;
  if (is_followed ? open.st_dev == named.st_dev && open.st_ino == named.st_ino
                  : errno != ENOENT && errno != ENOTDIR)
    return IOStatus::OK();
  return IOStatus::IOError("the directory was moved or replaced while it was in use");
}

IOStatus in_place_file_system::NewSequentialFile(const std::string& name,
                                                 const FileOptions& options,
                                                 std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                                 Debug* debug) {
  auto status = check_place();
  return status.ok() ? target()->NewSequentialFile(name, options, result, debug) : status;
}

IOStatus in_place_file_system::NewRandomAccessFile(
    const std::string& name, const FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* result, Debug* debug) {
  auto status = check_place();
  return status.ok() ? target()->NewRandomAccessFile(name, options, result, debug) : status;
}

IOStatus in_place_file_system::NewWritableFile(const std::string& name, const FileOptions& options,
                                               std::unique_ptr<rocksdb::FSWritableFile>* result,
                                               Debug* debug) {
  auto status = check_place();
  return status.ok() ? target()->NewWritableFile(name, options, result, debug) : status;
}

IOStatus in_place_file_system::ReopenWritableFile(const std::string& name,
                                                  const FileOptions& options,
                                                  std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                  Debug* debug) {
  auto status = check_place();
  return status.ok() ? target()->ReopenWritableFile(name, options, result, debug) : status;
}

IOStatus in_place_file_system::ReuseWritableFile(const std::string& name,
                                                 const std::string& old_name,
                                                 const FileOptions& options,
                                                 std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                 Debug* debug) {
  auto status = check_place();
  return status.ok() ? target()->ReuseWritableFile(name, old_name, options, result, debug) : status;
}

IOStatus in_place_file_system::CreateDir(const std::string& name, const Options& options,
                                         Debug* debug) {
  auto status = check_place();
  return status.ok() ? target()->CreateDir(name, options, debug) : status;
}

IOStatus in_place_file_system::CreateDirIfMissing(const std::string& name, const Options& options,
                                                  Debug* debug) {
  auto status = check_place();
  return status.ok() ? target()->CreateDirIfMissing(name, options, debug) : status;
}

IOStatus in_place_file_system::DeleteFile(const std::string& name, const Options& options,
                                          Debug* debug) {
  auto status = check_place();
  return status.ok() ? target()->DeleteFile(name, options, debug) : status;
}

IOStatus in_place_file_system::DeleteDir(const std::string& name, const Options& options,
                                         Debug* debug) {
  auto status = check_place();
  return status.ok() ? target()->DeleteDir(name, options, debug) : status;
}

IOStatus in_place_file_system::RenameFile(const std::string& from, const std::string& to,
                                          const Options& options, Debug* debug) {
  auto status = check_place();
  return status.ok() ? target()->RenameFile(from, to, options, debug) : status;
}

IOStatus in_place_file_system::LinkFile(const std::string& from, const std::string& to,
                                        const Options& options, Debug* debug) {
  auto status = check_place();
  return status.ok() ? target()->LinkFile(from, to, options, debug) : status;
}

}  // namespace storage
