#include "counter/shard/queue_limit.hpp"

#include "counter/limits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace counter {

namespace {

/// A change of the disk shows after some groups; one group alone changes little.
constexpr double fixed_weight = 1.0 / 8, large_weight = 1.0 / 4;
/// A shard that has only small groups has caught up: after a few hundred it takes any burst again.
constexpr double forgotten = 1.0 / 64;
constexpr double slowest_forgotten = 1.0 / 16;
/// How many times the fixed time a large group may take before the rest counts as work: the same
/// disk varies that much.
constexpr double allowance = 3;

}  // namespace

void queue_limit::completed(duration took, std::size_t operations, bool is_written) noexcept {
  if (operations == 0)
    return;
  const auto time = static_cast<double>(std::max(took, duration{}).count());
  slowest_ = std::max(time, slowest_ * (1 - slowest_forgotten));
  if (operations <= settings_.small_group) {
    if (is_written)
      fixed_ = std::isinf(fixed_) ? time : fixed_ + (time - fixed_) * fixed_weight;
    work_ *= 1 - forgotten;
    return;
  }
  if (is_written)
    fixed_ = std::min(fixed_, time);
  const auto excess = is_written ? std::max(time - allowance * fixed_, 0.0) : time;
  const auto count = static_cast<double>(operations);
  const auto cost = excess / count;
  work_ = work_ * (1 - large_weight) + std::min(cost, std::exchange(last_cost_, cost)) * count;
  operations_ = operations_ * (1 - large_weight) + count;
}

std::size_t queue_limit::operations_max() const noexcept {
  constexpr auto most = limits::shard_operations_max;
  const auto delay = static_cast<double>(settings_.delay.count());
  if (delay == 0 || work_ * static_cast<double>(most) <= delay * operations_)
    return most;
  return std::max(static_cast<std::size_t>(delay * operations_ / work_), settings_.least);
}

queue_limit::duration queue_limit::operation_cost() const noexcept {
  return duration{operations_ > 0 ? static_cast<duration::rep>(work_ / operations_) : 0};
}

queue_limit::duration queue_limit::stalled_after() const noexcept {
  if (settings_.delay == duration{})
    return duration::max();
  return std::max(settings_.delay * limits::stall_delays,
                  duration{static_cast<duration::rep>(2 * slowest_)});
}

}  // namespace counter
