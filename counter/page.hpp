#pragma once

#include "counter/command.hpp"
#include "counter/state.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace counter {

/// Asks one mailbox for some of its counters, in byte order of their names.
struct page_request {
  unsigned mailbox = 0;   ///< that serves lists, see store_traits
  std::string prefix{};   ///< that their names begin with
  std::string after{};    ///< that their names are greater than
  std::size_t limit = 1;  ///< counters at the most, at least 1
};

struct listed_counter {
  std::string name;
  counter::state state;
};

/// The next counters, or as many of them as one step has time for, perhaps none.
struct page {
  counter::outcome outcome = outcome::ok;
  std::vector<listed_counter> counters{};
  bool is_last = false;  ///< there are no more behind them
  /// Where to go on, as `after`, unless it is the last.
  std::string reached{};
};

}  // namespace counter
