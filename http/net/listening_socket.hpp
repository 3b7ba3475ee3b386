#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

namespace http {

/// A socket that listens. Closes it at the end, and removes the file of a Unix socket that this
/// process has made.
class listening_socket {
public:
  /// Takes ownership of `descriptor`, which listens and does not block. `is_shared`: several event
  /// loops wait for its connections.
  listening_socket(int descriptor, bool is_shared) noexcept
      : descriptor_(descriptor),
        is_shared_(is_shared) {}
  ~listening_socket();

  listening_socket(const listening_socket&) = delete;
  listening_socket& operator=(const listening_socket&) = delete;

  int descriptor() const noexcept { return descriptor_; }
  bool is_shared() const noexcept { return is_shared_; }

  /// Has the destructor remove the file at `path`, unless another file has taken its place.
  void own_file(const std::string& path);

private:
  const int descriptor_;
  const bool is_shared_;
  std::string path_;  // empty: it has no file of its own
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

/// An address, as `IP:PORT`, `[IP]:PORT` or `unix:PATH`, and a socket for each event loop: one of
/// its own, or the same one for all.
struct endpoint {
  std::string name;
  std::vector<std::shared_ptr<listening_socket>> sockets;
};

}  // namespace http
