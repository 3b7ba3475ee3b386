#pragma once

#include "counter/limits.hpp"
#include "counter/store/change_watch.hpp"
#include "http/api/live/stream_budget.hpp"
#include "http/server/connection_counts.hpp"
#include "http/server/loop_balance.hpp"

#include <atomic>
#include <vector>

namespace http {

class admission;

/// What the event loops of a server share. Thread-safe, except that `admissions` is filled before
/// the loops run.
struct loop_group {
  /// `loops` is at least 1.
  loop_group(unsigned loops, const counter::limits& limits)
      : balance(loops),
        streams(limits.streams(), limits.watched_max),
        accepting(loops) {}

  http::connection_counts connection_counts;
  loop_balance balance;
  counter::change_watch watch;  ///< its listeners are added before the loops run, too
  live::stream_budget streams;
  /// Loops that still accept connections, and may hand them over to others.
  std::atomic<unsigned> accepting;
  std::vector<admission*> admissions;  ///< of each loop
};

}  // namespace http
