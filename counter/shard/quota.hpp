#pragma once

#include "counter/mutex.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

namespace counter {

/// A limit that the tables of all shards share, such as --max-counters. Thread-safe.
///
/// Each shard takes room through its own `share`, which leases room from the pool in advance. So
/// taking and giving usually write nothing that another shard writes: the pool, guarded by a mutex,
/// is needed once for a few hundred calls.
///
/// The limit is exact nevertheless. When the pool runs short, all shares are closed: what they have
/// leased and not taken goes back to the pool, and every call goes to the pool until it can lease
/// again. While they are closed, the pool alone says how much is left. take() fails only then.
class quota {
public:
  class share;

  /// A share leases up to `lease` at a time: as much as some hundred calls of take() need.
  explicit quota(std::uint64_t max, std::int64_t lease = 256) noexcept;

  quota(const quota&) = delete;
  quota& operator=(const quota&) = delete;

  /// Takes room for `more` whether or not there is any, or gives room back if `more` is
  /// negative. What is left may become negative; then take() fails.
  void adjust(std::int64_t more);

  /// Returns how much is taken; more than the limit after an adjust() beyond it. Exact if no other
  /// thread changes it meanwhile.
  std::uint64_t used() const;

  /// Returns what is left and not leased.
  std::int64_t pool() const;

private:
  bool take(share& from, std::int64_t count);
  void give(share& to, std::int64_t count);
  void close_shares() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::int64_t max_;
  const std::int64_t lease_;
  mutable mutex mutex_;
  std::int64_t pool_ ABSL_GUARDED_BY(mutex_);
  std::vector<share*> shares_ ABSL_GUARDED_BY(mutex_);
  bool all_closed_ ABSL_GUARDED_BY(mutex_) = true;
};

/// The room of one shard. Used by one thread at a time; the quota outlives it. It lies among what
/// only its shard writes, so it needs no cache line of its own.
class quota::share {
public:
  /// Throws std::bad_alloc.
  explicit share(quota& limit);

  /// Gives back what is leased and not taken. What is taken stays so.
  ~share();

  share(const share&) = delete;
  share& operator=(const share&) = delete;

  /// Takes room for `count` more, at least 1. Returns false, and takes nothing, if the limit has
  /// less.
  bool take(std::int64_t count = 1) {
    auto room = room_.load(std::memory_order_relaxed);
    while (room >= count)
      if (room_.compare_exchange_weak(room, room - count, std::memory_order_relaxed))
        return true;
    return limit_.take(*this, count);
  }

  /// Gives back the room of take(count).
  void give(std::int64_t count = 1) {
    auto room = room_.load(std::memory_order_relaxed);
    while (room != closed && room <= lease_)
      if (room_.compare_exchange_weak(room, room + count, std::memory_order_relaxed))
        return;
    limit_.give(*this, count);
  }

private:
  friend class quota;

  static constexpr std::int64_t closed = -1;

  quota& limit_;
  const std::int64_t lease_;  // the quota's: reading it there would share its cache line
  // Leased and not taken, or `closed`. Other threads only close it, holding the quota's mutex.
  std::atomic<std::int64_t> room_ = closed;
};

}  // namespace counter
