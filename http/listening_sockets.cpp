#include "http/listening_sockets.hpp"

#include "counter/limits.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>

#include <sys/socket.h>

namespace http {

namespace {

void share_port(tcp_acceptor& acceptor) {
  const int on = 1;
  if (::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
    throw boost::system::system_error(errno, boost::system::system_category(), "SO_REUSEPORT");
}

tcp_acceptor open(asio::io_context& loop, const asio::ip::tcp::endpoint& endpoint, bool is_shared) {
  tcp_acceptor acceptor{loop, endpoint.protocol()};
  // Connections of an earlier run that linger in TIME_WAIT do not count.
  acceptor.set_option(tcp_acceptor::reuse_address{true});
  if (endpoint.address().is_v6())
    acceptor.set_option(asio::ip::v6_only{true});
  if (is_shared)
    share_port(acceptor);
  acceptor.bind(endpoint);
  // Inherited by what is accepted: a reply is one write and must not wait.
  acceptor.set_option(asio::ip::tcp::no_delay{true});
  acceptor.non_blocking(true);
  acceptor.listen(counter::limits::backlog);
  return acceptor;
}

}  // namespace

std::vector<tcp_acceptor> open_listening_sockets(std::span<asio::io_context* const> loops,
                                                 const asio::ip::tcp::endpoint& endpoint) {
  std::vector<tcp_acceptor> acceptors;
  // To listen without SO_REUSEPORT works only where nobody else does, whatever
  // they have set. Once it does, the port is ours to share.
  auto alone = open(*loops[0], endpoint, false);
  if (loops.size() == 1) {
    acceptors.push_back(std::move(alone));
    return acceptors;
  }
  const auto ours = alone.local_endpoint();
  share_port(alone);
  for (auto* loop : loops)
    acceptors.push_back(open(*loop, ours, true));
  return acceptors;
}

}  // namespace http
