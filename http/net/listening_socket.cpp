#include "http/net/listening_socket.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace http {

listening_socket::~listening_socket() {
  struct stat now {};
  if (!path_.empty() && ::lstat(path_.c_str(), &now) == 0 && now.st_dev == device_ &&
      now.st_ino == inode_)
    ::unlink(path_.c_str());
  ::close(descriptor_);
}

void listening_socket::own_file(const std::string& path) {
  struct stat now {};
  if (::lstat(path.c_str(), &now) != 0)
    return;
  path_ = path;
  device_ = now.st_dev;
  inode_ = now.st_ino;
}

}  // namespace http
