#include "counter/shard/others_usage.hpp"

#include "counter/limits.hpp"

namespace counter {

namespace {

bool is_near(const quota& limit) {
  return limit.pool() < static_cast<std::int64_t>(limits::shared_room_min);
}

}  // namespace

others_usage::others_usage(quota& counters, quota& idempotency_records, const shared_usage& found)
    : counters_(counters),
      idempotency_records_(idempotency_records) {
  const mutex_lock lock{mutex_};
  adjust(found);
}

others_usage::ticket others_usage::begin() {
  const mutex_lock lock{mutex_};
  return next_++;
}

void others_usage::take(ticket begun, const shared_usage& found) {
  const mutex_lock lock{mutex_};
  if (begun < known_since_)
    return;
  known_since_ = begun;
  adjust(found);
}

void others_usage::take_locked(const shared_usage& found) {
  const mutex_lock lock{mutex_};
  // Counts that have begun by now may be older.
  known_since_ = next_++;
  adjust(found);
}

void others_usage::adjust(const shared_usage& found) {
  counters_.adjust(found.counters - known_.counters);
  idempotency_records_.adjust(found.idempotency_records - known_.idempotency_records);
  known_ = found;
}

bool others_usage::is_near_counters_max() const {
  return is_near(counters_);
}

bool others_usage::is_near_idempotency_records_max() const {
  return is_near(idempotency_records_);
}

}  // namespace counter
