#pragma once

#include "http/server/expiry_sweeper.hpp"
#include "http/server/listener.hpp"
#include "http/server/loop_services.hpp"

#include <list>

namespace http {

/// One event loop and all that runs on it: waits for what is ready, late or
/// posted, and sees to it, in turn. run() is the life of its thread.
class worker {
public:
  /// Everything but `origin`, the same for all workers, is borrowed. `population`
  /// counts the connections of all workers.
  worker(const counter::limits& limits, const v1::server_info& server_info, counter::store& store,
         const clock_origin& origin, http::connection_counts& connection_counts);
  ~worker();

  /// Before run(). One worker of a server does it for all.
  void enable_expiry_sweep();

  /// Before run().
  void listen(tcp_acceptor acceptor);

  /// Serves until drain(), then until the last connection is closed, at most
  /// for limits::drain_timeout.
  void run();

  /// Thread-safe.
  void drain();

private:
  void run_round(steady_clock::time_point end);
  void begin_drain();
  template <class Call>
  void for_each_session(Call call);

  loop_services services_;
  session_list sessions_;
  std::list<listener> listeners_;
  boost::intrusive_ptr<expiry_sweeper> expiry_sweeper_;  // or null
  http::connection_counts& connection_counts_;
  bool is_draining_ = false;
  int rounds_behind_ = 0;  // without a look at the deadlines
};

}  // namespace http
