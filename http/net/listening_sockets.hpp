#pragma once

#include "http/net/asio.hpp"

#include <cstddef>
#include <vector>

namespace http {

/// Opens `count` acceptors that listen on `endpoint`; the kernel distributes connections among them
/// (SO_REUSEPORT, socket(7)). Port 0 picks a free port. Accepted sockets inherit TCP_NODELAY and
/// the send buffer size. Throws boost::system::system_error, also if any other socket listens on
/// the endpoint, even one with SO_REUSEPORT such as that of another counterd.
std::vector<tcp_acceptor> open_listening_sockets(asio::io_context& context, std::size_t count,
                                                 const asio::ip::tcp::endpoint& endpoint);

}  // namespace http
