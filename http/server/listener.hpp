#pragma once

#include "http/net/asio.hpp"
#include "http/net/transport.hpp"
#include "http/server/connection_counts.hpp"
#include "http/server/loop_services.hpp"
#include "http/server/session.hpp"

#include <boost/intrusive/list.hpp>

#include <memory>

namespace http {

using session_list = boost::intrusive::list<session, boost::intrusive::base_hook<session_list_hook>,
                                            boost::intrusive::constant_time_size<false>>;

/// Accepts connections on one event loop and starts a session for each. Responds 503 to connections
/// over limits::connections_max, and pauses when the kernel is out of descriptors or memory. Used
/// on the loop's thread, within a pass.
class listener final : public pollable, public timed {
public:
  /// Adds new sessions to `sessions`. `connection_counts` counts the connections of all loops. Owns
  /// `acceptor` and borrows the rest.
  listener(tcp_acceptor acceptor, loop_services& services, session_list& sessions,
           http::connection_counts& connection_counts);

  void start() { wait(); }

  /// Serves the connections that the kernel has accepted already, then stops listening.
  void stop();

private:
  void on_ready(readiness now) override;
  void on_deadline() override;

  void wait();
  void pause(const error_code& error);
  bool accept_one();
  void accept_some();
  void admit(std::unique_ptr<transport> transport, connection_info connection);
  session& add(std::unique_ptr<transport> transport, connection_info connection,
               permit_pool::permit permit);

  tcp_acceptor acceptor_;
  loop_services& services_;
  session_list& sessions_;
  http::connection_counts& connection_counts_;
  bool is_pausing_ = false;
  steady_clock::time_point next_warning_;
};

}  // namespace http
