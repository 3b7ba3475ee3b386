#pragma once

#include "counter/limits.hpp"
#include "counter/shard/queue_limit.hpp"
#include "counter/store/room.hpp"

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

  /// Call it on the actor's thread.
  void publish(const counter::queue_limit& limit) noexcept {
    operations_max_.store(limit.operations_max(), std::memory_order_relaxed);
    operation_cost_.store(limit.operation_cost().count(), std::memory_order_relaxed);
    stalled_after_.store(limit.stalled_after().count(), std::memory_order_relaxed);
  }

  std::size_t operations_max() const noexcept {
    return operations_max_.load(std::memory_order_relaxed);
  }

  /// Returns the room in the mailbox if `queued` operations are in it and its actor has been busy
  /// with the oldest of them for so long. There is none behind a group that has stalled: nobody
  /// knows how long it will take.
  counter::room room(std::size_t queued, duration busy_for) const noexcept {
    if (stalled_after() == duration::max())  // not bounded in time
      return counter::room::of_equals(queued, operations_max());
    return busy_for > stalled_after() ? counter::room{0, 0}
                                      : counter::room{queued, operations_max()};
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

  std::atomic<std::size_t> operations_max_ = counter::limits::shard_operations_max;
  std::atomic<duration::rep> operation_cost_ = 0;
  std::atomic<duration::rep> stalled_after_ = duration::max().count();  // until it is published
  std::array<std::atomic<std::uint64_t>, counter::priorities> refused_{};
};

}  // namespace actors
