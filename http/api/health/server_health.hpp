#pragma once

#include "counter/store/statistics.hpp"
#include "metrics/pulse.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// What health checks look at. Filled before the event loops run; thread-safe from then on.
struct server_health {
  std::vector<const metrics::pulse*> loops;  ///< the passes of each event loop; borrowed
  std::atomic<bool> is_draining = false;
  /// Thread-safe; does not block. Null: the counters are in memory, so neither a disk nor a
  /// database is checked.
  std::function<counter::store_statistics()> disk;
};

struct health_check {
  std::string_view name;  ///< as users write it in `exclude`
  bool is_ok = true;
  std::string detail{};  ///< a reason, if it is not
};

/// Returns the checks of /livez: if one fails, only a restart helps. They ask neither the disk nor
/// the load, which a restart would not mend.
std::vector<health_check> liveness(const server_health& health,
                                   metrics::pulse::clock::time_point now);

/// Returns the checks of /readyz: if one fails, clients should go elsewhere. `for_reading` leaves
/// out what only changes need.
std::vector<health_check> readiness(const server_health& health,
                                    metrics::pulse::clock::time_point now, bool for_reading);

/// Returns true if no check fails.
bool all_ok(const std::vector<health_check>& checks) noexcept;

}  // namespace http
