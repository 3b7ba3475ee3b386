#pragma once

#include "http/asio.hpp"

#include <span>
#include <vector>

namespace http {

/// One acceptor for each of `loops`, all listening on `endpoint`, between which
/// the kernel distributes connections (SO_REUSEPORT, socket(7)). Port 0 picks a
/// free port. Throws boost::system::system_error, above all when anyone else,
/// another counterd included, listens there.
std::vector<tcp_acceptor> open_listening_sockets(std::span<asio::io_context* const> loops,
                                                 const asio::ip::tcp::endpoint& endpoint);

}  // namespace http
