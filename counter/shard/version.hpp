#pragma once

#include "counter/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace counter {

/// Returns a version that is greater than every version given out before `time`: 16 versions per
/// microsecond since 2020 are more than a shard can give out. Until 2037 they stay below 2^53,
/// where JavaScript's numbers are exact. 0 if `time` is before 2020.
template <class Duration>
std::uint64_t version_at(std::chrono::sys_time<Duration> time) {
  using namespace std::chrono_literals;
  const std::chrono::sys_days epoch = 2020y / 1 / 1;
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(time - epoch);
  return 16 * static_cast<std::uint64_t>(std::max<std::int64_t>(age.count(), 0));
}

}  // namespace counter
