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

/// Accepts connections on one event loop and makes sessions of them. Used on the
/// loop's thread, within a pass.
class listener final : public pollable, public timed {
public:
  /// New sessions are added to `sessions`. `population` counts the
  /// connections of all loops. Everything outlives the listener.
  listener(tcp_acceptor acceptor, loop_services& services, session_list& sessions,
           http::connection_counts& connection_counts);

  void start() { wait(); }

  /// Takes what the kernel has accepted already, and no more.
  void stop();

private:
  void on_ready(readiness now) override;
  void on_deadline() override;

  void wait();
  void pause(const error_code& why);
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
