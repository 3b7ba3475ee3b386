#pragma once

#include <cstdint>

namespace counter {

/// What sessions with a shared database have done since the start.
struct shared_statistics {
  std::uint64_t round_trips = 0;
  std::uint64_t commits = 0;        ///< that have changed something
  std::uint64_t conflicts = 0;      ///< transactions that began anew: another server was faster
  std::uint64_t sessions = 0;       ///< that were opened
  std::uint64_t lost_sessions = 0;  ///< that broke, or could not be opened
  std::uint64_t errors = 0;         ///< of statements; each refuses the operations of its group
  // Commits whose session was lost, by what the next session has found.
  std::uint64_t doubts_stored = 0;
  std::uint64_t doubts_dropped = 0;
  std::uint64_t doubts_unknown = 0;  ///< no session found out in time
  bool is_reachable = true;
};

}  // namespace counter
