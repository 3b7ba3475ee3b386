#include "storage/rocksdb/shortage.hpp"

#include <rocksdb/status.h>

#include <cerrno>
#include <string_view>
#include <system_error>

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

shortage shortage_of(const rocksdb::Status& status) {
  if (!status.IsIOError())
    return shortage::none;
  // "While appending to file: NAME: Disk quota exceeded"
  const std::string_view text = status.getState() != nullptr ? status.getState() : "";
  for (const int error : {EDQUOT, EFBIG, EMFILE, ENFILE, ENOMEM})
    if (text.ends_with(std::generic_category().message(error)))
      return shortage_of(error);
  return status.IsNoSpace() ? shortage::room : shortage::none;
}

}  // namespace storage
