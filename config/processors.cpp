#include "config/processors.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <thread>
#include <vector>

#include <sched.h>

namespace config {

namespace {

/// The kernel refuses masks that are shorter than its own.
constexpr std::size_t processors_max = 8192;

unsigned processors_in_mask() {
  std::vector<cpu_set_t> mask(processors_max / CPU_SETSIZE);
  const auto bytes = mask.size() * sizeof(cpu_set_t);
  if (::sched_getaffinity(0, bytes, mask.data()) != 0)
    return std::max(std::thread::hardware_concurrency(), 1u);
  return static_cast<unsigned>(CPU_COUNT_S(bytes, mask.data()));
}

/// Returns the whole processors of a quota of a group, both in microseconds; UINT64_MAX if
/// there is none.
std::uint64_t quota(const std::filesystem::path& group) {
  std::uint64_t time = 0;
  std::uint64_t period = 0;
  // Without a quota the first number is `max` or -1.
  if (std::ifstream file{group / "cpu.max"}; file >> time >> period && period > 0)
    return time / period;
  std::int64_t signed_time = 0;
  std::ifstream time_file{group / "cpu.cfs_quota_us"};
  std::ifstream period_file{group / "cpu.cfs_period_us"};
  if (time_file >> signed_time && period_file >> period && signed_time > 0 && period > 0)
    return static_cast<std::uint64_t>(signed_time) / period;
  return UINT64_MAX;
}

}  // namespace

unsigned processors(const control_group_roots& roots) {
  std::uint64_t count = processors_in_mask();
  for (const auto& group : control_groups("cpu", roots))
    count = std::min(count, quota(group));
  return static_cast<unsigned>(std::max<std::uint64_t>(count, 1));
}

}  // namespace config
