#pragma once

#include "counter/mutex.hpp"
#include "counter/shard/quota.hpp"

#include <cstdint>

namespace counter {

/// What servers of one database have taken of the limits that they share.
struct shared_usage {
  std::int64_t counters = 0;
  std::int64_t idempotency_records = 0;
};

/// Holds what all other servers have taken in the quotas of this server, so that its shards see
/// what is left for them. Thread-safe.
class others_usage {
public:
  /// Orders the counts that arrive from several sessions.
  using ticket = std::uint64_t;

  /// The quotas outlive it. `found` is the usage at the start.
  others_usage(quota& counters, quota& idempotency_records, const shared_usage& found);

  /// Call it before the usage is read from the database.
  ticket begin();
  /// Takes over the usage that was read after begin(). Ignores it if a later one is known.
  void take(ticket begun, const shared_usage& found);
  /// Takes over the usage, while no other server can change it.
  void take_locked(const shared_usage& found);

  /// Return true if the room that is left is so small that other servers may take it before their
  /// usage is read again.
  bool is_near_counters_max() const;
  bool is_near_idempotency_records_max() const;

private:
  void adjust(const shared_usage& found) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  quota& counters_;
  quota& idempotency_records_;
  mutex mutex_;
  shared_usage known_ ABSL_GUARDED_BY(mutex_);
  ticket next_ ABSL_GUARDED_BY(mutex_) = 1;
  ticket known_since_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace counter
