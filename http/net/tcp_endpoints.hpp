#pragma once

#include "http/net/listening_socket.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace http {

/// Listens on every address of `host`, a name or an IP address; empty: every address of the
/// machine. Port 0 picks a free port. Each address has `count` sockets, among which the kernel
/// distributes connections (SO_REUSEPORT, socket(7)). Throws boost::system::system_error if the
/// host is unknown, none of its addresses is available, or any other socket listens on one, even
/// one with SO_REUSEPORT such as that of another counterd.
std::vector<endpoint> open_tcp_endpoints(const std::string& host, const std::string& port,
                                         std::size_t count);

/// Sets what accepted connections inherit from a listening TCP socket: TCP_NODELAY, the size of the
/// send buffer, and that a connection is accepted with its first bytes. Throws
/// boost::system::system_error.
void prepare_tcp(int descriptor);

}  // namespace http
