#pragma once

#include "counter/command.hpp"
#include "counter/state.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace counter {

/// Asks a mailbox for a page of its counters, in byte order of their names.
struct page_request {
  unsigned mailbox = 0;   ///< one that serves lists, see store_traits
  std::string prefix{};   ///< lists only names that begin with it
  std::string after{};    ///< lists only names that are greater
  std::size_t limit = 1;  ///< the maximum of counters, at least 1
};

struct listed_counter {
  std::string name;
  counter::state state;
};

/// The next counters. Fewer than the limit, perhaps none, if the shard's budget of
/// steps ran out first.
struct page {
  counter::outcome outcome = outcome::ok;
  std::vector<listed_counter> counters{};
  bool is_last = false;  ///< true if no counters follow
  /// The `after` of the next request, unless is_last.
  std::string reached{};
};

}  // namespace counter
