#include "http/server/loop_services.hpp"

#include <algorithm>

namespace http {

loop_services::loop_services(const counter::limits& server_limits, const v1::server_info& info,
                             const rights::access_policy& policy, refusal_counts& server_refusals,
                             counter::store& store, const clock_origin& origin,
                             loop_load& loop_load, audience serves)
    : limits(server_limits),
      refusals(server_refusals),
      load(loop_load),
      clock(origin),
      store_client(store_loop, store),
      deadlines(clock),
      router(info, policy, &clock.second(), serves) {
  router.report_failures([this] { failures.add(); });
  deadlines.set_duration(deadlines::header, limits.header_timeout);
  deadlines.set_duration(deadlines::body, limits.body_timeout);
  deadlines.set_duration(deadlines::write, limits.write_timeout);
  // These two run one after the other, and add up to the idle timeout.
  const auto pause = std::min(limits.idle_timeout, counter::limits::pause_max);
  deadlines.set_duration(deadlines::pause, pause);
  deadlines.set_duration(deadlines::idle, limits.idle_timeout - pause);
  deadlines.set_duration(deadlines::linger, counter::limits::linger_timeout);
  deadlines.set_duration(deadlines::drain_idle, counter::limits::drain_idle_timeout);
  deadlines.set_duration(deadlines::accept, counter::limits::accept_pause);
}

}  // namespace http
