#pragma once

#include "counter/limits.hpp"
#include "counter/shard/queue_limit.hpp"
#include "counter/store/room.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace actors {

/// What an actor with a thread of its own has found out about its mailbox, for the event loops that
/// fill it. The actor publishes it, any thread reads it. Wait-free; aligned to a cache line of its
/// own.
class alignas(64) queue_bound {
public:
  using duration = std::chrono::nanoseconds;

  /// How long operations may wait, see queue_limit; 0: as long as it takes. A new value counts from
  /// the next group on that the actor completes. Any thread may call it.
  void set_delay(duration delay) noexcept {
    delay_.store(delay.count(), std::memory_order_relaxed);
  }

  /// Call it on the actor's thread.
  void publish(const counter::queue_limit& limit) noexcept {
    const duration delay{delay_.load(std::memory_order_relaxed)};
    fitting_.store(limit.operations_max(delay), std::memory_order_relaxed);
    operation_cost_.store(limit.operation_cost().count(), std::memory_order_relaxed);
    stalled_after_.store(limit.stalled_after(delay).count(), std::memory_order_relaxed);
  }

  /// Returns how many operations the mailbox takes.
  std::size_t operations_max() const noexcept {
    return std::min(fitting_.load(std::memory_order_relaxed),
                    counter::limits::shard_operations_max);
  }

  /// Returns the room in the mailbox if `queued` operations are in it and its actor has been busy
  /// with the oldest of them for so long. There is none behind a group that has stalled: nobody
  /// knows how long it will take.
  counter::room room(std::size_t queued, duration busy_for) const noexcept {
    if (busy_for > stalled_after())
      return {0, 0};
    return {queued, fitting_.load(std::memory_order_relaxed)};
  }

  /// Counts operations that a loop has refused. Returns how long the mailbox needs for what is in
  /// it. A group that has stalled is expected to take as long again.
  duration refuse(counter::priority priority, std::size_t operations, std::size_t queued,
                  duration busy_for) noexcept {
    refused_[static_cast<std::size_t>(priority)].fetch_add(operations, std::memory_order_relaxed);
    const duration cost{operation_cost_.load(std::memory_order_relaxed)};
    const auto stalled = busy_for > stalled_after() ? busy_for : duration{};
    return cost * static_cast<std::int64_t>(queued) + stalled;
  }

  /// Returns how many operations were refused.
  std::uint64_t refused(counter::priority priority) const noexcept {
    return refused_[static_cast<std::size_t>(priority)].load(std::memory_order_relaxed);
  }

private:
  duration stalled_after() const noexcept {
    return duration{stalled_after_.load(std::memory_order_relaxed)};
  }

  std::atomic<duration::rep> delay_ = 0;
  std::atomic<std::size_t> fitting_ = SIZE_MAX;  // into the delay
  std::atomic<duration::rep> operation_cost_ = 0;
  std::atomic<duration::rep> stalled_after_ = duration::max().count();  // until it is published
  std::array<std::atomic<std::uint64_t>, counter::priorities> refused_{};
};

}  // namespace actors
