#include "tests/server/durable/support/small_disk.hpp"

#include "tests/server/support/sanitized.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

namespace support {

small_disk::small_disk(const std::string& options)
    : is_mounted_(!support::is_sanitized &&
                  ::mount("tmpfs", mount_point_.path().c_str(), "tmpfs", 0, options.c_str()) == 0) {
  if (support::is_sanitized)
    MESSAGE("a sanitized server takes minutes to fill a disk: not tested");
  else if (!is_mounted_)
    MESSAGE("a tmpfs cannot be mounted here: not tested");
}

small_disk::~small_disk() {
  // A killed server may not have closed its files yet.
  if (is_mounted_)
    ::umount2(mount_point_.path().c_str(), MNT_DETACH);
}

void small_disk::fill() {
  const auto file = *this / "filler";
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string block(64 * 1024, 'x');
  while (::write(descriptor, block.data(), block.size()) > 0) {
  }
  const int error = errno;
  ::close(descriptor);
  if (error != ENOSPC)
    throw std::system_error{error, std::generic_category(), "fill " + file};
}

void small_disk::empty() {
  ::unlink((*this / "filler").c_str());
}

void small_disk::make_read_only() {
  if (::mount("tmpfs", mount_point_.path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) != 0)
    throw std::system_error{errno, std::generic_category(), "remount"};
}

}  // namespace support
