#pragma once

#include "counter/full_command.hpp"
#include "metrics/histogram.hpp"
#include "metrics/pulse.hpp"
#include "metrics/tally.hpp"

#include <array>
#include <cstddef>

namespace counter {

/// What a shard has done since the start. The shard's actor writes it, any thread reads it. Aligned
/// to a cache line of its own.
struct alignas(64) shard_metrics {
  /// Counts an operation.
  void count(operation operation) noexcept {
    operations[static_cast<std::size_t>(operation)].add();
  }

  /// Counts what has become of a full_command.
  void count(const full_command& command, const full_reply& reply) noexcept {
    count(command.parameters.operation);
    if (reply.is_replayed && command.parameters.operation != operation::bind)
      idempotency_replays.add();
  }

  /// Operations on counters, whatever their outcome, by enum operation.
  std::array<metrics::tally, static_cast<std::size_t>(operation::bind) + 1> operations;
  metrics::tally idempotency_replays;  ///< replies that came from an idempotency record
  metrics::tally cache_bytes;          ///< of the counters of a durable table in memory

  // -- only of a durable shard --------------------------------------------------

  metrics::pulse uncommitted;  ///< since the oldest operation came that is not committed
  metrics::histogram<metrics::durations> commit_seconds;
  metrics::histogram<metrics::durations> commit_sync_seconds;  ///< the part that waits for syncs
  metrics::histogram<metrics::sizes> commit_operations;
};

}  // namespace counter
