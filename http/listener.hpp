#pragma once

#include "http/asio.hpp"
#include "http/loop_services.hpp"
#include "http/session.hpp"
#include "http/tcp_socket.hpp"

#include <boost/intrusive/list.hpp>

#include <atomic>
#include <cstddef>

namespace http {

using session_list = boost::intrusive::list<session, boost::intrusive::base_hook<session_list_hook>,
                                            boost::intrusive::constant_time_size<false>>;

/// Accepts connections on one event loop and makes sessions of them.
class listener {
public:
  /// New sessions are added to `sessions`. `population` counts those of all
  /// loops. Everything outlives the listener.
  listener(tcp_acceptor acceptor, loop_services& services, session_list& sessions,
           std::atomic<std::size_t>& population);

  void start() { wait(); }

  /// Takes what the kernel has accepted already, and no more.
  void stop();

private:
  void wait();
  void pause(const error_code& why);
  bool accept_one();
  void accept_some();
  void admit(tcp_socket socket);

  tcp_acceptor acceptor_;
  loop_services& services_;
  session_list& sessions_;
  std::atomic<std::size_t>& population_;
  steady_timer pause_;
  bool is_short_of_resources_ = false;  // and said so
};

}  // namespace http
