#include "http/server/listener.hpp"

#include "rights/client_network.hpp"
#include "rights/local_peer.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/socket.h>

namespace http {

listener::listener(std::shared_ptr<listening_socket> socket, loop_services& services,
                   http::admission& admission)
    : socket_(std::move(socket)),
      services_(services),
      admission_(admission) {}

void listener::stop() {
  if (!socket_)
    return;
  for (int i = 0; i < counter::limits::backlog && accept_one(); ++i) {
  }
  deadlines::clear(*this);
  services_.ready_set.forget(socket_->descriptor());
  socket_.reset();
}

void listener::on_ready(readiness) {
  if (!is_pausing_ && socket_)
    accept_some();
}

void listener::on_deadline() {
  is_pausing_ = false;
  wait();
}

/// Has on_ready() called for the connections that wait now and for each later one.
void listener::wait() {
  auto& set = services_.ready_set;
  const int descriptor = socket_->descriptor();
  if (!(socket_->is_shared() ? set.watch_shared(descriptor, *this) : set.watch(descriptor, *this)))
    pause(errno);
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
  const int accepted = ::accept4(socket_->descriptor(), reinterpret_cast<sockaddr*>(&address),
                                 &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted >= 0) {
    services_.metrics.accepted_connections.add();
    admission_.accepted(accepted, {.is_local = rights::is_on_this_machine(address),
                                   .network = rights::network_of(address)});
    return true;
  }
  const int error = errno;
  if (error == EINTR || error == ECONNABORTED)
    return true;  // try the next connection
  if (error != EAGAIN && error != EWOULDBLOCK)
    pause(error);
  return false;
}

/// Handles a lack of descriptors or memory. The connection stays in the kernel's queue and causes
/// no further event: retrying at once would spin, not retrying would hang.
void listener::pause(int error) {
  if (services_.clock.now() >= next_warning_) {
    spdlog::warn("cannot accept connections for now: {}", std::generic_category().message(error));
    next_warning_ = services_.clock.now() + counter::limits::accept_warning_pause;
  }
  is_pausing_ = true;
  services_.deadlines.set(*this, deadlines::accept);
}

}  // namespace http
