#pragma once

#include "http/server/store_loop.hpp"

/// An event loop without sockets: it runs tasks when the test or benchmark says so.
struct loop_parts {
  http::task_queue tasks;
  http::loop_clock clock{http::clock_origin::now()};
  http::timers timers{clock};
  http::store_loop loop{tasks, timers, clock};

  /// Runs the tasks that were posted, and those that they post.
  void run_posted() {
    while (tasks.run() > 0) {
    }
  }
};
