#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace support {

/// A socket that listens on behalf of a server, as a service manager holds it: connections wait in
/// its queue while no server runs.
class held_socket {
public:
  /// On a free port of 127.0.0.1, or on the Unix socket `path`.
  explicit held_socket(const std::string& path = {})
      : descriptor_(::socket(path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_un file{};
    file.sun_family = AF_UNIX;
    path.copy(file.sun_path, sizeof file.sun_path - 1);
    const auto* address = path.empty() ? reinterpret_cast<const sockaddr*>(&v4)
                                       : reinterpret_cast<const sockaddr*>(&file);
    socklen_t size = path.empty() ? sizeof v4 : sizeof file;
    if (::bind(descriptor_, address, size) != 0 || ::listen(descriptor_, 4096) != 0)
      throw std::runtime_error{"cannot listen"};
    if (path.empty())
      ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&v4), &size);
    address_ = path.empty() ? "127.0.0.1:" + std::to_string(ntohs(v4.sin_port)) : "unix:" + path;
  }
  ~held_socket() { ::close(descriptor_); }
  held_socket(const held_socket&) = delete;
  held_socket& operator=(const held_socket&) = delete;

  int descriptor() const { return descriptor_; }
  const std::string& address() const { return address_; }

private:
  int descriptor_;
  std::string address_;
};

}  // namespace support
