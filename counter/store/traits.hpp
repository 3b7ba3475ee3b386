#pragma once

#include "counter/durability.hpp"
#include "counter/time.hpp"

#include <string_view>

namespace counter {

/// What a store is and can do.
struct store_traits {
  std::string_view name = "memory";  ///< where the counters are; a literal
  unsigned shards = 1;
  bool has_threads = false;  ///< shards run on threads of their own, not on event loops
  bool has_backups = false;  ///< false: backup requests get `unreadable`
  counter::durability durability{};
  time_point start{};  ///< the store's time is never earlier, whatever the clock says
};

}  // namespace counter
