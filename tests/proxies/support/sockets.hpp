#pragma once

#include <cstdint>

namespace support {

/// Returns a TCP socket bound to a free port of 127.0.0.1. Throws std::system_error if there
/// is none. The caller closes the socket.
int bound_socket();

/// Returns the port to which a socket is bound.
std::uint16_t port_of(int socket);

/// Returns a socket connected to 127.0.0.1:`port`; -1 if nobody listens there. The caller
/// closes it.
int connected_socket(std::uint16_t port);

/// Has a socket send small segments at once, and give up sending after 20 s.
void set_options(int socket);

/// A free port of 127.0.0.1. Until its destruction the kernel gives the port to nobody else,
/// but a program that sets SO_REUSEADDR, as servers do, can listen on it.
class reserved_port {
public:
  reserved_port();
  ~reserved_port();
  reserved_port(const reserved_port&) = delete;
  reserved_port& operator=(const reserved_port&) = delete;

  std::uint16_t number() const { return port_of(socket_); }

private:
  int socket_;
};

}  // namespace support
