#include "http/server/admission.hpp"

#include "http/net/socket_transport.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include <unistd.h>

namespace http {

namespace {

/// A loop whose sessions have not ended for so long has connections that stay.
constexpr std::chrono::milliseconds calm{100};

constexpr refusal too_many_connections{status::service_unavailable,
                                       "too many connections, try again\n"};

}  // namespace

admission::admission(loop_services& services, session_list& sessions, loop_group& group,
                     unsigned loop)
    : services_(services),
      sessions_(sessions),
      group_(group),
      loop_(loop) {}

void admission::accepted(int descriptor, connection_info connection) {
  const auto chosen = loop_for_next();
  group_.balance[chosen].add();
  if (chosen == loop_)
    return admit(descriptor, connection);
  auto& peer = *group_.admissions[chosen];
  peer.services_.tasks.post([&peer, descriptor, connection] {
    const counter::store_client::pass pass{peer.services_.store_client};
    peer.admit(descriptor, connection);
  });
}

/// Short connections stay here: they come and go on all loops, and would cost a wake-up each.
unsigned admission::loop_for_next() const noexcept {
  if (services_.clock.now() - services_.last_session_end < calm)
    return loop_;
  return group_.balance.loop_for(loop_, group_.connection_counts.served.count());
}

void admission::drain() {
  is_draining_ = true;
  if (--group_.accepting > 0)
    return;
  // Those without connections have waited for this. A task, because a loop that looked just before
  // and is about to wait would not see a wake-up.
  for (auto* each : group_.admissions)
    each->services_.tasks.post([] {});
}

/// Precondition: the connection counts in this loop's load.
void admission::admit(int descriptor, connection_info connection) {
  auto permit = group_.connection_counts.served.take(services_.limits.connections_max);
  if (permit)
    return start(add(descriptor, connection, std::move(*permit)));
  services_.metrics.shed_connections.add();
  auto refusal_permit = group_.connection_counts.refused.take(services_.limits.refusals_max);
  if (refusal_permit)
    return add(descriptor, connection, std::move(*refusal_permit))
        .start_refused(too_many_connections);
  services_.metrics.count(connection_end::shed);
  ::close(descriptor);
  group_.balance[loop_].remove();
}

session& admission::add(int descriptor, connection_info connection, permit_pool::permit permit) {
  auto* added = new session{services_, std::make_unique<socket_transport>(descriptor), connection,
                            std::move(permit)};
  sessions_.push_back(*added);
  return *added;
}

void admission::start(session& added) {
  const boost::intrusive_ptr<session> held{&added};
  added.start();
  if (is_draining_)
    added.drain();
}

}  // namespace http
