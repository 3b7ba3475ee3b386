#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace counterctl {

/// An address of a socket, of any family.
struct socket_address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

/// Returns the TCP addresses of a host, in the order in which to try them (RFC 6724). Throws
/// std::runtime_error with a sentence if there are none, or if the name servers do not answer in
/// time.
std::vector<socket_address> look_up(const std::string& host, const std::string& port,
                                    std::chrono::steady_clock::time_point deadline);

/// Returns an IP address as text, without the port.
std::string to_text(const socket_address& address);

/// Returns the address of a Unix socket.
socket_address unix_address(const std::string& path);

}  // namespace counterctl
