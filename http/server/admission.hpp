#pragma once

#include "http/net/transport.hpp"
#include "http/server/connection_counts.hpp"
#include "http/server/loop_group.hpp"
#include "http/server/loop_services.hpp"
#include "http/server/session.hpp"

#include <boost/intrusive/list.hpp>

namespace http {

using session_list = boost::intrusive::list<session, boost::intrusive::base_hook<session_list_hook>,
                                            boost::intrusive::constant_time_size<false>>;

/// Finds an event loop for each connection that this loop accepts, and starts the sessions of those
/// that this loop serves. Responds 503 to connections over limits::connections_max. Used on the
/// loop's thread, within a pass.
class admission {
public:
  /// Adds new sessions to `sessions`. Of the loops of `group` this is number `loop`. Borrows all.
  admission(loop_services& services, session_list& sessions, loop_group& group, unsigned loop);

  /// Serves a connection that was accepted, here or on another loop. Owns `descriptor`.
  void accepted(int descriptor, connection_info connection);

  /// From now on sessions are drained as soon as they have started. Connections still come, until
  /// no loop accepts any.
  void drain();

private:
  unsigned loop_for_next() const noexcept;
  void admit(int descriptor, connection_info connection);
  session& add(int descriptor, connection_info connection, permit_pool::permit permit);
  void start(session& added);

  loop_services& services_;
  session_list& sessions_;
  loop_group& group_;
  const unsigned loop_;
  bool is_draining_ = false;
};

}  // namespace http
