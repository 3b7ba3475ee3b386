#pragma once

// Asio provides addresses and listening sockets only. The event loops are our own, see worker.

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>

namespace http {

namespace asio = boost::asio;
using boost::system::error_code;

using tcp_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;
using steady_clock = std::chrono::steady_clock;

}  // namespace http
