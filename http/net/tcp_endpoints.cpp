#include "http/net/tcp_endpoints.hpp"

#include "counter/limits.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>
#include <memory>
#include <sstream>
#include <utility>

#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace http {

namespace {

namespace asio = boost::asio;

using tcp_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

template <class Value>
void set_option(int descriptor, int level, int option, const Value& value) {
  if (::setsockopt(descriptor, level, option, &value, sizeof value) != 0)
    throw boost::system::system_error(errno, boost::system::system_category(), "setsockopt");
}

void share_port(tcp_acceptor& acceptor) {
  set_option(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, 1);
}

/// Drops all incoming packets, so that a peer which connects now retries after a second. Where only
/// an administrator may attach a filter, the peer's connection is reset instead.
void drop_packets(tcp_acceptor& acceptor) {
  sock_filter drop{BPF_RET | BPF_K, 0, 0, 0};
  try {
    set_option(acceptor.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, sock_fprog{1, &drop});
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

std::shared_ptr<listening_socket> listen(asio::io_context& context,
                                         const asio::ip::tcp::endpoint& endpoint) {
  auto acceptor = open(context, endpoint);
  share_port(acceptor);
  acceptor.bind(endpoint);
  prepare_tcp(acceptor.native_handle());
  acceptor.non_blocking(true);
  acceptor.listen(counter::limits::backlog);
  // The socket leaves Asio: the event loops are our own.
  return std::make_shared<listening_socket>(acceptor.release(), /*is_shared=*/false);
}

endpoint open_endpoint(asio::io_context& context, std::size_t count,
                       const asio::ip::tcp::endpoint& address) {
  // listen() without SO_REUSEPORT succeeds only if no other socket listens here, whatever its
  // options. Only then share the port among our own sockets.
  auto probe = open(context, address);
  drop_packets(probe);
  probe.bind(address);
  probe.listen();
  share_port(probe);
  std::ostringstream name;
  name << probe.local_endpoint();
  endpoint opened{name.str(), {}};
  for (std::size_t i = 0; i < count; ++i)
    opened.sockets.push_back(listen(context, probe.local_endpoint()));
  return opened;
}

}  // namespace

void prepare_tcp(int descriptor) {
  // A response is one write and must not wait for more.
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(descriptor, SOL_SOCKET, SO_SNDBUF, counter::limits::send_buffer_bytes);
  // Delays accept until the first bytes arrive, or for a second: the loop can then accept a
  // connection, read the request and respond in one pass (tcp(7)).
  set_option(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
}

std::vector<endpoint> open_tcp_endpoints(const std::string& host, const std::string& port,
                                         std::size_t count) {
  asio::io_context context{1};  // never runs
  asio::ip::tcp::resolver resolver{context};
  std::vector<endpoint> endpoints;
  boost::system::error_code unavailable;
  for (const auto& entry : resolver.resolve(host, port, asio::ip::resolver_base::passive)) {
    try {
      endpoints.push_back(open_endpoint(context, count, entry.endpoint()));
    } catch (const boost::system::system_error& error) {
      // `localhost` often resolves to ::1 on a machine without IPv6.
      unavailable = error.code();
      if (unavailable != asio::error::address_family_not_supported &&
          unavailable != boost::system::errc::address_not_available)
        throw;
    }
  }
  if (endpoints.empty())
    throw boost::system::system_error(unavailable);
  return endpoints;
}

}  // namespace http
