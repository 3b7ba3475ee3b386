#include "storage/rocksdb/shortage.hpp"

#include <rocksdb/status.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include <sys/statvfs.h>

namespace storage {

shortage shortage_of(int error) noexcept {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return shortage::room;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return shortage::resources;
    default:
      return shortage::none;
  }
}

bool has_inodes(const std::filesystem::path& path) noexcept {
  struct statvfs space {};
  // Some file systems do not count them, and say that there are 0 in all.
  return ::statvfs(path.c_str(), &space) != 0 || space.f_files == 0 || space.f_favail > 0;
}

bool has_error(const rocksdb::Status& status, int error) {
  // "While appending to file: NAME: Disk quota exceeded"
  const std::string_view text = status.getState() != nullptr ? status.getState() : "";
  return status.IsIOError() && text.ends_with(std::generic_category().message(error));
}

shortage shortage_of(const rocksdb::Status& status) {
  for (const int error : {EDQUOT, EFBIG, EMFILE, ENFILE, ENOMEM})
    if (has_error(status, error))
      return shortage_of(error);
  return status.IsNoSpace() ? shortage::room : shortage::none;
}

}  // namespace storage
