#pragma once

#include "http/net/asio.hpp"

#include <cstddef>
#include <vector>

namespace http {

/// `count` acceptors, all listening on `endpoint`, between which the kernel
/// distributes connections (SO_REUSEPORT, socket(7)). Port 0 picks a free port. Throws
/// boost::system::system_error, above all when anyone else, another counterd included, listens
/// there.
std::vector<tcp_acceptor> open_listening_sockets(asio::io_context& context, std::size_t count,
                                                 const asio::ip::tcp::endpoint& endpoint);

}  // namespace http
