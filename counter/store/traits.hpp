#pragma once

#include "counter/durability.hpp"
#include "counter/time.hpp"

#include <cstdint>
#include <string_view>

namespace counter {

/// What a store is and can do.
struct store_traits {
  std::string_view name = "memory";  ///< where the counters are; a literal
  unsigned shards = 1;
  bool has_threads = false;  ///< shards run on threads of their own, not on event loops
  bool is_shared = false;    ///< others change the counters, too
  bool has_backups = false;  ///< false: backup requests get `unreadable`
  counter::durability durability{};
  time_point start{};  ///< the store's time is never earlier, whatever the clock says
};

/// What a store has at some moment, as limits::counters_max and
/// limits::idempotency_records_max count it: including what has expired and is not removed
/// yet.
struct usage {
  std::uint64_t counters = 0;
  std::uint64_t idempotency_records = 0;
  std::uint64_t idempotency_bytes = 0;      ///< of the records, if they are in memory only
  std::uint64_t idempotency_bytes_max = 0;  ///< 0: nothing bounds them
};

}  // namespace counter
