#include "http/server/listener.hpp"

#include "rights/loopback.hpp"

#include <boost/asio/error.hpp>

#include <spdlog/spdlog.h>

#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace http {

listener::listener(tcp_acceptor acceptor, loop_services& services, http::admission& admission)
    : acceptor_(std::move(acceptor)),
      services_(services),
      admission_(admission) {}

void listener::stop() {
  for (int i = 0; i < counter::limits::backlog && accept_one(); ++i) {
  }
  deadlines::clear(*this);
  error_code ignored;
  acceptor_.close(ignored);
}

void listener::on_ready(readiness) {
  if (!is_pausing_)
    accept_some();
}

void listener::on_deadline() {
  is_pausing_ = false;
  wait();
}

/// Has on_ready() called for the connections that wait now and for each later one.
void listener::wait() {
  if (!services_.ready_set.watch(acceptor_.native_handle(), *this))
    pause({errno, boost::system::system_category()});
}

void listener::accept_some() {
  for (int i = 0; i < counter::limits::accepts_in_a_row_max; ++i)
    if (!accept_one())
      return;
  wait();
}

/// Returns false if no connection is waiting, or none can be accepted now.
bool listener::accept_one() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int accepted = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&address),
                                 &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted >= 0) {
    services_.metrics.accepted_connections.add();
    admission_.accepted(accepted, {.is_loopback = rights::is_loopback(address)});
    return true;
  }
  const error_code error{errno, boost::system::system_category()};
  if (error == asio::error::interrupted || error == asio::error::connection_aborted)
    return true;  // try the next connection
  if (error != asio::error::would_block)
    pause(error);
  return false;
}

/// Handles a lack of descriptors or memory. The connection stays in the kernel's queue and causes
/// no further event: retrying at once would spin, not retrying would hang.
void listener::pause(const error_code& error) {
  if (services_.clock.now() >= next_warning_) {
    spdlog::warn("cannot accept connections for now: {}", error.message());
    next_warning_ = services_.clock.now() + counter::limits::accept_warning_pause;
  }
  is_pausing_ = true;
  services_.deadlines.set(*this, deadlines::accept);
}

}  // namespace http
