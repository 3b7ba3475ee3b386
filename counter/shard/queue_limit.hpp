#pragma once

#include <chrono>
#include <cstddef>

namespace counter {

/// Bounds a mailbox in time: works out how many operations it may hold so that none waits much
/// longer than a delay. No clock and no threads: its owner reports each group that it has
/// completed.
///
/// Syncs do not count: with fewer operations a group would wait for them all the same, so a disk
/// that is only slow is no overload. The same is true of whatever else the smallest groups take.
/// What a large group takes beyond that is the work that its operations make:
///
///     cost = (time of a large group - its syncs - fixed time) / its operations, smoothed
///     limit = delay / cost
///
/// A large group counts only as far as the one before it was as slow: threads and disks pause now
/// and then. Before two large groups, and some time after the last one, there is no limit.
class queue_limit {
public:
  using duration = std::chrono::nanoseconds;

  struct settings {
    std::size_t least;        ///< the limit is never lower
    std::size_t small_group;  ///< a group of up to so many operations shows the fixed time
    std::size_t large_group;  ///< a group of at least so many shows what an operation takes
    duration fixed;           ///< the fixed time is no shorter
  };
  explicit queue_limit(const settings& configuration) noexcept : settings_(configuration) {}

  /// A group that is completed.
  struct group {
    duration took;      ///< how long it kept its thread busy
    duration synced{};  ///< for how much of that it waited for syncs
    std::size_t operations = 0;
    /// False if it changed nothing: a group of reads does not show how long commits take.
    bool is_written = true;
  };
  void completed(const group& completed) noexcept;

  /// Returns the limit for `delay`, at least settings::least; SIZE_MAX if there is none. With a
  /// delay of 0 there is none.
  std::size_t operations_max(duration delay) const noexcept;

  /// Returns what one more operation takes; 0 if that is not known.
  duration operation_cost() const noexcept;

  /// Returns how long a group may take before it counts as stalled: limits::stall_delays times
  /// `delay`, and at least limits::stall_factor times as long as the slowest before it, which it
  /// forgets slowly. With a delay of 0, and until limits::stall_groups groups have written
  /// something, that is duration::max().
  duration stalled_after(duration delay) const noexcept;

private:
  const settings settings_;
  int written_groups_ = 0;  // up to limits::stall_groups
  // In nanoseconds.
  double fixed_ = 0;  // the least that a small group took, which grows slowly; 0: there was none
  double slowest_ = 0;
  double last_cost_ = 0;  // of an operation in the last large group
  // Sums over the large groups, in which older ones count less and less.
  double work_ = 0;
  double operations_ = 0;
};

}  // namespace counter
