#include "counter/shard/quota.hpp"

#include <algorithm>
#include <utility>

namespace counter {

quota::quota(std::uint64_t max, std::int64_t lease) noexcept
    : max_(static_cast<std::int64_t>(std::min<std::uint64_t>(max, INT64_MAX))),
      lease_(lease),
      pool_(max_) {}

void quota::adjust(std::int64_t more) {
  const mutex_lock lock{mutex_};
  pool_ -= more;
  if (pool_ < 0)
    close_shares();
}

std::uint64_t quota::used() const {
  const mutex_lock lock{mutex_};
  auto left = pool_;
  for (const auto* each : shares_)
    left += std::max<std::int64_t>(each->room_.load(std::memory_order_relaxed), 0);
  return static_cast<std::uint64_t>(max_ - left);
}

std::int64_t quota::pool() const {
  const mutex_lock lock{mutex_};
  return pool_;
}

/// Takes from the pool, with a lease if there is enough for each share.
bool quota::take(share& from, std::int64_t count) {
  const mutex_lock lock{mutex_};
  if (pool_ < count)
    close_shares();
  if (pool_ < count)
    return false;
  pool_ -= count;
  const auto lease = std::min(lease_, pool_ / static_cast<std::int64_t>(shares_.size()));
  if (lease == 0)
    return true;
  pool_ -= lease;
  const auto room = from.room_.load(std::memory_order_relaxed);
  from.room_.store(std::max<std::int64_t>(room, 0) + lease, std::memory_order_relaxed);
  all_closed_ = false;
  return true;
}

/// Gives to the pool, with what the share has above a lease.
void quota::give(share& to, std::int64_t count) {
  const mutex_lock lock{mutex_};
  pool_ += count;
  const auto surplus = to.room_.load(std::memory_order_relaxed) - lease_ / 2;
  if (surplus <= 0)
    return;
  to.room_.store(lease_ / 2, std::memory_order_relaxed);
  pool_ += surplus;
}

/// Moves all room that is not taken to the pool.
void quota::close_shares() {
  if (std::exchange(all_closed_, true))
    return;
  for (auto* each : shares_)
    pool_ +=
        std::max<std::int64_t>(each->room_.exchange(share::closed, std::memory_order_relaxed), 0);
}

quota::share::share(quota& limit) : limit_(limit), lease_(limit.lease_) {
  const mutex_lock lock{limit_.mutex_};
  limit_.shares_.push_back(this);
}

quota::share::~share() {
  const mutex_lock lock{limit_.mutex_};
  limit_.pool_ += std::max<std::int64_t>(room_.load(std::memory_order_relaxed), 0);
  std::erase(limit_.shares_, this);
}

}  // namespace counter
