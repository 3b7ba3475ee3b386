#pragma once

#include "counter/durability.hpp"
#include "counter/shard/ledger_statistics.hpp"
#include "counter/shard/shard_metrics.hpp"
#include "counter/shard/shared_statistics.hpp"
#include "counter/store/priority.hpp"
#include "counter/store/traits.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace counter {

struct shard_statistics {
  std::size_t queued_operations = 0;       ///< sent to the shard and not completed
  std::size_t queued_operations_max = 0;   ///< more are refused; changes with the load
  const shard_metrics* metrics = nullptr;  ///< not null; lives as long as the store
};

/// The numbers of a store that operators watch.
struct store_statistics {
  std::vector<shard_statistics> shards;
  /// Operations refused since the start because a mailbox had too many; by enum priority.
  std::array<std::uint64_t, priorities> refused_operations{};
  counter::usage usage{};
  std::uint64_t counter_bytes = 0;  ///< of counters in memory
  counter::health health = counter::health::good;
  std::optional<ledger_statistics> ledger{};    ///< nullopt: the counters are on no disk
  std::optional<shared_statistics> database{};  ///< nullopt: the counters are in no database

  /// Returns how long the oldest operation has been waiting for its commit, or a sync at an
  /// interval has been going on; 0 if there is neither.
  std::chrono::steady_clock::duration oldest_uncommitted(
      std::chrono::steady_clock::time_point now) const {
    auto oldest = ledger ? ledger->syncing : std::chrono::steady_clock::duration{};
    for (const auto& shard : shards)
      oldest = std::max(oldest, shard.metrics->uncommitted.busy_for(now));
    return oldest;
  }
};

}  // namespace counter
