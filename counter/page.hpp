#pragma once

#include "counter/command.hpp"
#include "counter/listed_counters.hpp"

#include <cstddef>
#include <string>

namespace counter {

/// Asks the store, or one of its mailboxes, for a page of its counters, in byte order of
/// their names.
struct page_request {
  std::string prefix{};   ///< lists only names that begin with it
  std::string after{};    ///< lists only names that are greater
  std::size_t limit = 1;  ///< the maximum of counters, at least 1
};

/// The next counters. A mailbox's page may be short or empty if its budget of steps ran out; the
/// store's page is short only if it is the last.
struct page {
  counter::outcome outcome = outcome::ok;
  listed_counters counters{};
  bool is_last = false;  ///< true if no counters follow
  /// The `after` of the next request, unless is_last.
  std::string reached{};
};

}  // namespace counter
