#include "tests/proxies/support/sockets.hpp"

#include <cerrno>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace support {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int new_socket() {
  return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

}  // namespace

int bound_socket() {
  const int result = new_socket();
  const auto address = loopback(0);
  if (bind(result, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    close(result);
    throw std::system_error{error, std::generic_category(), "bind"};
  }
  return result;
}

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

int connected_socket(std::uint16_t port) {
  const int result = new_socket();
  const auto address = loopback(port);
  if (connect(result, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return result;
  close(result);
  return -1;
}

// With the option set before bind(), two of them could get the same port.
reserved_port::reserved_port() : socket_(bound_socket()) {
  const int on = 1;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

reserved_port::~reserved_port() {
  close(socket_);
}

void set_options(int socket) {
  const int on = 1;
  const timeval patience{20, 0};
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

}  // namespace support
