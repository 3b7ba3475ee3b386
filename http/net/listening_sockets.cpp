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

/// Hands out a connection when its first bytes are there, or after a second: it
/// is accepted, read and answered in one go (tcp(7)).
void defer_accept(tcp_acceptor& acceptor) {
  set_option(acceptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
}

/// Drops what comes in: who tries to connect tries again a second later. Where
/// only an administrator may do that, who comes just now is reset.
void play_dead(tcp_acceptor& acceptor) {
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
  // Connections of an earlier run that linger in TIME_WAIT do not count.
  acceptor.set_option(tcp_acceptor::reuse_address{true});
  if (endpoint.address().is_v6())
    acceptor.set_option(asio::ip::v6_only{true});
  return acceptor;
}

tcp_acceptor listen(asio::io_context& context, const asio::ip::tcp::endpoint& endpoint) {
  auto acceptor = open(context, endpoint);
  share_port(acceptor);
  acceptor.bind(endpoint);
  // Inherited by what is accepted. A reply is one write and must not wait.
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
  // To listen without SO_REUSEPORT works only where nobody else does, whatever
  // they have set. Once it does, the port is ours to share.
  auto alone = open(context, endpoint);
  play_dead(alone);
  alone.bind(endpoint);
  alone.listen();
  share_port(alone);
  std::vector<tcp_acceptor> acceptors;
  for (std::size_t i = 0; i < count; ++i)
    acceptors.push_back(listen(context, alone.local_endpoint()));
  return acceptors;
}

}  // namespace http
