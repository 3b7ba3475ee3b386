#pragma once

#include <chrono>
#include <cstddef>
#include <limits>

namespace counter {

/// Bounds a mailbox in time: works out how many operations it may hold so that none waits much
/// longer than a delay. No clock and no threads: its owner reports each group that it has
/// completed.
///
/// A group takes a fixed time, such as the sync of a disk, and some time for each operation. Only
/// the latter counts, because with fewer operations the group would take the fixed time all the
/// same: a slow disk is no overload. Small groups show the fixed time, large ones the rest:
///
///     cost = (time of a large group - 3 * fixed time) / its operations, smoothed
///     limit = delay / cost
///
/// Three times the fixed time, because disks vary that much. A large group counts only as far as
/// the one before it was as slow: disks pause now and then. Before two large groups, and some time
/// after the last one, the limit is limits::shard_operations_max.
class queue_limit {
public:
  using duration = std::chrono::nanoseconds;

  struct settings {
    duration delay;           ///< 0: the limit never changes, and nothing counts as stalled
    std::size_t least;        ///< the limit is never lower
    std::size_t small_group;  ///< the operations of a group that is small
  };
  explicit queue_limit(const settings& configuration) noexcept : settings_(configuration) {}

  /// Reports a group: how long it kept its thread busy, how many operations it had, and whether it
  /// wrote something and so took the fixed time.
  void completed(duration took, std::size_t operations, bool is_written) noexcept;

  /// Returns the limit: from settings::least to limits::shard_operations_max.
  std::size_t operations_max() const noexcept;

  /// Returns what one more operation takes; 0 if that is not known.
  duration operation_cost() const noexcept;

  /// Returns how long a group may take before it counts as stalled: limits::stall_delays, and at
  /// least twice as long as the slowest of those before it, which it forgets slowly.
  duration stalled_after() const noexcept;

private:
  const settings settings_;
  // In nanoseconds.
  double fixed_ = std::numeric_limits<double>::infinity();  // no group has shown it
  double slowest_ = 0;
  double last_cost_ = 0;  // of an operation in the last large group
  // Sums over the large groups, in which older ones count less and less.
  double work_ = 0;
  double operations_ = 0;
};

}  // namespace counter
