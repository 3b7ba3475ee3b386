#include "http/server/loop_services.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace http {

loop_services::loop_services(const counter::limits& server_limits, const v1::server_info& info,
                             const rights::access_policy& policy, refusal_counts& server_refusals,
                             counter::store& store, const clock_origin& origin, loop_group& group,
                             unsigned loop, audience serves)
    : limits(server_limits),
      refusals(server_refusals),
      load(group.balance[loop]),
      clock(origin),
      store_client(store_loop, store, &group.watch),
      deadlines(clock),
      streams(limits, store_loop, store, store_client, group.watch, group.streams,
              metrics.stream_events),
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
  deadlines.set_duration(deadlines::stream_ping, counter::limits::stream_ping);
}

void loop_services::report(const refusal& refusal, bool is_first) {
  refusals.add(refusal.status);
  metrics.count_refused_message(refusal.status);
  if (refusal.status == status::service_unavailable && !is_first)
    metrics.shed_bodies.add();
  spdlog::debug("refused a message: {} {}", static_cast<int>(refusal.status),
                refusal.line.substr(0, refusal.line.size() - 1));
}

}  // namespace http
