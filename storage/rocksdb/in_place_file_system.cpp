#include "storage/rocksdb/in_place_file_system.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace storage {

using rocksdb::FileOptions;
using rocksdb::IOStatus;

in_place_file_system::in_place_file_system(const std::shared_ptr<rocksdb::FileSystem>& target,
                                           const std::filesystem::path& database)
    : FileSystemWrapper(target) {
  pin(database);
}

in_place_file_system::~in_place_file_system() {
  for (const auto& each : pinned_)
    ::close(each.descriptor);
}

void in_place_file_system::pin(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (descriptor < 0)
    return;
  const counter::mutex_lock lock{mutex_};
  const auto known = std::find_if(pinned_.begin(), pinned_.end(),
                                  [&path](const pinned& each) { return each.path == path; });
  if (known == pinned_.end())
    pinned_.push_back({path, descriptor});
  else
    ::close(std::exchange(known->descriptor, descriptor));
}

bool in_place_file_system::pinned::is_in_place() const {
  struct stat open {};
  struct stat named {};
  if (::fstat(descriptor, &open) != 0)
    return true;
  if (::stat(path.c_str(), &named) != 0)
    return errno != ENOENT && errno != ENOTDIR;
  return open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

IOStatus in_place_file_system::check_place() const {
  const counter::mutex_lock lock{mutex_};
  if (std::all_of(pinned_.begin(), pinned_.end(),
                  [](const pinned& each) { return each.is_in_place(); }))
    return IOStatus::OK();
  return IOStatus::IOError("the directory was moved or replaced while it was in use");
}

IOStatus in_place_file_system::NewSequentialFile(const std::string& name,
                                                 const FileOptions& options,
                                                 std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                                 Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->NewSequentialFile(name, options, result, debug);
}

IOStatus in_place_file_system::NewRandomAccessFile(
    const std::string& name, const FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* result, Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->NewRandomAccessFile(name, options, result, debug);
}

IOStatus in_place_file_system::NewWritableFile(const std::string& name, const FileOptions& options,
                                               std::unique_ptr<rocksdb::FSWritableFile>* result,
                                               Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->NewWritableFile(name, options, result, debug);
}

IOStatus in_place_file_system::ReopenWritableFile(const std::string& name,
                                                  const FileOptions& options,
                                                  std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                  Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->ReopenWritableFile(name, options, result, debug);
}

IOStatus in_place_file_system::ReuseWritableFile(const std::string& name,
                                                 const std::string& old_name,
                                                 const FileOptions& options,
                                                 std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                 Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->ReuseWritableFile(name, old_name, options, result, debug);
}

IOStatus in_place_file_system::GetChildren(const std::string& name, const Options& options,
                                           std::vector<std::string>* result, Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->GetChildren(name, options, result, debug);
}

IOStatus in_place_file_system::CreateDir(const std::string& name, const Options& options,
                                         Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->CreateDir(name, options, debug);
}

IOStatus in_place_file_system::CreateDirIfMissing(const std::string& name, const Options& options,
                                                  Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->CreateDirIfMissing(name, options, debug);
}

IOStatus in_place_file_system::DeleteFile(const std::string& name, const Options& options,
                                          Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->DeleteFile(name, options, debug);
}

IOStatus in_place_file_system::DeleteDir(const std::string& name, const Options& options,
                                         Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->DeleteDir(name, options, debug);
}

IOStatus in_place_file_system::RenameFile(const std::string& from, const std::string& to,
                                          const Options& options, Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->RenameFile(from, to, options, debug);
}

IOStatus in_place_file_system::LinkFile(const std::string& from, const std::string& to,
                                        const Options& options, Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  return target()->LinkFile(from, to, options, debug);
}

IOStatus in_place_file_system::LockFile(const std::string& name, const Options& options,
                                        rocksdb::FileLock** lock, Debug* debug) {
  if (auto status = check_place(); !status.ok())
    return status;
  auto status = target()->LockFile(name, options, lock, debug);
  if (status.ok())
    pin(name);
  return status;
}

}  // namespace storage
