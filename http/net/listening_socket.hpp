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
  /// Who waits for its connections.
  enum class wait {
    alone,     ///< one event loop
    shared,    ///< several event loops
    handed_on  ///< several, and then the next server: a service manager has the socket, too
  };

  /// Takes ownership of `descriptor`, which listens and does not block.
  listening_socket(int descriptor, wait who) noexcept : descriptor_(descriptor), who_(who) {}
  ~listening_socket();

  listening_socket(const listening_socket&) = delete;
  listening_socket& operator=(const listening_socket&) = delete;

  int descriptor() const noexcept { return descriptor_; }
  bool is_shared() const noexcept { return who_ != wait::alone; }
  bool is_handed_on() const noexcept { return who_ == wait::handed_on; }

  /// Has the destructor remove the file at `path`, unless another file has taken its place.
  void own_file(const std::string& path);

private:
  const int descriptor_;
  const wait who_;
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
