#pragma once

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
  explicit loop_group(unsigned loops) : balance(loops), accepting(loops) {}

  http::connection_counts connection_counts;
  loop_balance balance;
  /// Loops that still accept connections, and may hand them over to others.
  std::atomic<unsigned> accepting;
  std::vector<admission*> admissions;  ///< of each loop
};

}  // namespace http
