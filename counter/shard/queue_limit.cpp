#include "counter/shard/queue_limit.hpp"

#include "counter/limits.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace counter {

namespace {

/// A change of the disk shows after some groups; one group alone changes little.
constexpr double large_weight = 1.0 / 4;
/// A shard whose groups are not large has caught up: after some dozens it takes any burst again.
constexpr double forgotten = 1.0 / 16;
constexpr double slowest_forgotten = 1.0 / 16;
constexpr double fixed_growth = 1.0 / 8;

double nanoseconds(queue_limit::duration time) {
  return static_cast<double>(std::max(time, queue_limit::duration{}).count());
}

}  // namespace

void queue_limit::completed(const group& completed) noexcept {
  if (completed.operations == 0)
    return;
  if (completed.is_written) {
    written_groups_ = std::min(written_groups_ + 1, limits::stall_groups);
    slowest_ = std::max(nanoseconds(completed.took), slowest_ * (1 - slowest_forgotten));
  }
  const auto busy = nanoseconds(completed.took - completed.synced);
  if (completed.operations <= settings_.small_group)
    fixed_ = fixed_ == 0 ? busy : std::min(busy, fixed_ * (1 + fixed_growth));
  if (completed.operations < settings_.large_group) {
    work_ *= 1 - forgotten;
    return;
  }
  const auto count = static_cast<double>(completed.operations);
  const auto cost = std::max(busy - std::max(fixed_, nanoseconds(settings_.fixed)), 0.0) / count;
  work_ = work_ * (1 - large_weight) + std::min(cost, std::exchange(last_cost_, cost)) * count;
  operations_ = operations_ * (1 - large_weight) + count;
}

std::size_t queue_limit::operations_max(duration delay) const noexcept {
  // Far beyond any mailbox, and not too large for the conversion.
  constexpr double no_limit = 1e12;
  const auto longest = nanoseconds(delay);
  if (longest == 0 || work_ * no_limit <= longest * operations_)
    return SIZE_MAX;
  return std::max(static_cast<std::size_t>(longest * operations_ / work_), settings_.least);
}

queue_limit::duration queue_limit::operation_cost() const noexcept {
  return duration{operations_ > 0 ? static_cast<duration::rep>(work_ / operations_) : 0};
}

queue_limit::duration queue_limit::stalled_after(duration delay) const noexcept {
  if (delay == duration{} || written_groups_ < limits::stall_groups)
    return duration::max();
  return std::max(delay * limits::stall_delays,
                  duration{static_cast<duration::rep>(limits::stall_factor * slowest_)});
}

}  // namespace counter
