#include "http/net/listening_sockets.hpp"

#include "counter/limits.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>

#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace http {

namespace {

template <class Value>
void set_option(tcp_acceptor& acceptor, int level, int option, const Value& value) {
  if (::setsockopt(acceptor.native_handle(), level, option, &value, sizeof value) != 0)
    throw boost::system::system_error(errno, boost::system::system_category(), "setsockopt");
}

void share_port(tcp_acceptor& acceptor) {
  set_option(acceptor, SOL_SOCKET, SO_REUSEPORT, 1);
}

/// Delays accept until the first bytes arrive, or for a second: the loop can then accept a
/// connection, read the request and respond in one pass (tcp(7)).
void defer_accept(tcp_acceptor& acceptor) {
  set_option(acceptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
}

/// Drops all incoming packets, so that a peer which connects now retries after a second. Where only
/// an administrator may attach a filter, the peer's connection is reset instead.
void drop_packets(tcp_acceptor& acceptor) {
  sock_filter drop{BPF_RET | BPF_K, 0, 0, 0};
  try {
    set_option(acceptor, SOL_SOCKET, SO_ATTACH_FILTER, sock_fprog{1, &drop});
  } catch (const boost::system::system_error& error) {
    if (error.code() != boost::system::errc::operation_not_permitted)
      throw;
  }
}

tcp_acceptor open(asio::io_context& context, const asio::ip::tcp::endpoint& endpoint) {
  tcp_acceptor acceptor{context, endpoint.protocol()};
  // Connections of an earlier run in TIME_WAIT must not block bind().
  acceptor.set_option(tcp_acceptor::reuse_address{true});
  if (endpoint.address().is_v6())
    acceptor.set_option(asio::ip::v6_only{true});
  return acceptor;
}

tcp_acceptor listen(asio::io_context& context, const asio::ip::tcp::endpoint& endpoint) {
  auto acceptor = open(context, endpoint);
  share_port(acceptor);
  acceptor.bind(endpoint);
  // Accepted sockets inherit these. A response is one write and must not wait for more.
  acceptor.set_option(asio::ip::tcp::no_delay{true});
  acceptor.set_option(tcp_acceptor::send_buffer_size{counter::limits::send_buffer_bytes});
  acceptor.non_blocking(true);
  defer_accept(acceptor);
  acceptor.listen(counter::limits::backlog);
  return acceptor;
}

}  // namespace

std::vector<tcp_acceptor> open_listening_sockets(asio::io_context& context, std::size_t count,
                                                 const asio::ip::tcp::endpoint& endpoint) {
  // listen() without SO_REUSEPORT succeeds only if no other socket listens here, whatever its
  // options. Only then share the port among our own acceptors.
  auto probe = open(context, endpoint);
  drop_packets(probe);
  probe.bind(endpoint);
  probe.listen();
  share_port(probe);
  std::vector<tcp_acceptor> acceptors;
  for (std::size_t i = 0; i < count; ++i)
    acceptors.push_back(listen(context, probe.local_endpoint()));
  return acceptors;
}

}  // namespace http
