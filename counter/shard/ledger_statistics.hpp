#pragma once

#include <chrono>
#include <cstdint>

namespace counter {

/// The numbers of a ledger that operators watch. Those of the disk are up to some seconds old.
struct ledger_statistics {
  std::uint64_t free_bytes = 0;    ///< what the ledger may still use on its disk
  std::uint64_t needed_bytes = 0;  ///< a full disk takes changes again when these are free
  std::uint64_t read_failures = 0;
  std::uint64_t backups = 0;  ///< that are complete
  std::uint64_t failed_backups = 0;
  std::int64_t last_backup = 0;          ///< when the last one was complete, in Unix time; 0: none
  std::uint64_t write_buffer_bytes = 0;  ///< of changes that are not merged into their rows yet
  std::uint64_t pending_compaction_bytes = 0;
  /// How long a sync of the log has been going on that no request waits for; 0: none is.
  std::chrono::steady_clock::duration syncing{};
  bool is_stalled = false;  ///< the storage engine delays or stops writes
};

}  // namespace counter
