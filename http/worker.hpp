#pragma once

#include "http/asio.hpp"
#include "http/housekeeper.hpp"
#include "http/listener.hpp"
#include "http/loop_services.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <list>

namespace http {

/// One event loop and all that runs on it. run() is the life of its thread.
class worker {
public:
  /// Everything is borrowed. `population` counts the connections of all workers.
  worker(const counter::limits& limits, const v1::site& site, counter::store& store,
         http::population& population);
  ~worker();

  asio::io_context& loop() noexcept { return io_; }

  /// Before run(). One worker of a server does it for all.
  void keep_house();

  /// Before run().
  void listen(tcp_acceptor acceptor);

  /// Serves until drain(), then until the last connection is closed, at most
  /// for limits::drain_timeout.
  void run();

  /// Thread-safe.
  void drain();

private:
  void finish();
  template <class Call>
  void for_each_session(Call call);

  // The loop goes last: what it still holds when it goes uses nothing else.
  asio::io_context io_{1};
  asio::executor_work_guard<executor> keep_running_{io_.get_executor()};
  loop_services services_;
  session_list sessions_;
  std::list<listener> listeners_;
  boost::intrusive_ptr<housekeeper> housekeeper_;  // or null
  http::population& population_;
};

}  // namespace http
