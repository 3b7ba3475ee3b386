#include "http/api/health/server_health.hpp"

#include "counter/limits.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace http {

namespace {

using clock = metrics::pulse::clock;

/// Checks that no pass of an event loop takes longer than `max`.
health_check check_loops(const server_health& health, clock::time_point now,
                         std::chrono::seconds max) {
  for (std::size_t i = 0; i < health.loops.size(); ++i)
    if (health.loops[i]->busy_for(now) > max)
      return {"loops", false,
              "event loop " + std::to_string(i) + " has not finished a pass for " +
                  std::to_string(max.count()) + " s"};
  return {"loops"};
}

health_check check_disk(const counter::store_statistics& statistics) {
  switch (statistics.health) {
    case counter::health::good:
    case counter::health::away:  // see check_database()
      break;
    case counter::health::full: {
      const auto needed = statistics.ledger ? statistics.ledger->needed_bytes : 0;
      return {"disk-write", false, "full, " + std::to_string(needed >> 20) + " MiB needed"};
    }
    case counter::health::failed:
      return {"disk-write", false, "failed, the server ends"};
  }
  return {"disk-write"};
}

health_check check_database(const counter::store_statistics& statistics) {
  if (statistics.health == counter::health::away)
    return {"database", false, "it cannot be reached"};
  return {"database"};
}

health_check check_commits(const counter::store_statistics& statistics, clock::time_point now) {
  constexpr auto max = counter::limits::ready_commit_max;
  if (statistics.oldest_uncommitted(now) > max)
    return {"commits", false, "a commit has not ended for " + std::to_string(max.count()) + " s"};
  return {"commits"};
}

}  // namespace

std::vector<health_check> liveness(const server_health& health, clock::time_point now) {
  return {check_loops(health, now, counter::limits::live_pass_max)};
}

std::vector<health_check> readiness(const server_health& health, clock::time_point now,
                                    bool for_reading) {
  std::vector<health_check> checks{check_loops(health, now, counter::limits::ready_pass_max)};
  checks.push_back(health.is_draining ? health_check{"draining", false, "the server is stopping"}
                                      : health_check{"draining"});
  if (!health.disk)
    return checks;
  const auto statistics = health.disk();
  if (!statistics.ledger)
    checks.push_back(check_database(statistics));
  else if (!for_reading)
    checks.push_back(check_disk(statistics));
  checks.push_back(check_commits(statistics, now));
  return checks;
}

bool all_ok(const std::vector<health_check>& checks) noexcept {
  return std::all_of(checks.begin(), checks.end(), [](const auto& check) { return check.is_ok; });
}

}  // namespace http
