#pragma once

#include "counter/store/store_client.hpp"
#include "http/server/store_loop.hpp"

/// An event loop without sockets: it runs tasks when the test or benchmark says so.
struct loop_parts {
  http::task_queue tasks;
  http::loop_clock clock{http::clock_origin::now()};
  http::timers timers{clock};
  http::loop_metrics metrics;
  http::store_loop loop{tasks, timers, clock, metrics};

  /// Runs tasks and passes until there is nothing to do.
  void run(counter::store_client& client) {
    while (tasks.run() > 0 || client.has_work())
      const counter::store_client::pass pass{client};
  }
};
