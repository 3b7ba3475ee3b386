#pragma once

#include "counter/limits.hpp"
#include "counter/store/store_client.hpp"
#include "http/api/live/streams.hpp"
#include "http/api/metrics/loop_metrics.hpp"
#include "http/api/router.hpp"
#include "http/net/deadlines.hpp"
#include "http/net/loop_clock.hpp"
#include "http/net/ready_set.hpp"
#include "http/net/task_queue.hpp"
#include "http/net/timers.hpp"
#include "http/protocol/body_budget.hpp"
#include "http/protocol/date.hpp"
#include "http/protocol/refusal.hpp"
#include "http/protocol/refusal_counts.hpp"
#include "http/server/failure_log.hpp"
#include "http/server/loop_balance.hpp"
#include "http/server/loop_group.hpp"
#include "http/server/store_loop.hpp"

#include <array>

namespace http {

/// The objects that the sessions of one event loop share. Used on the loop's thread.
struct loop_services {
  /// Borrows all but `policy` and `origin`.
  loop_services(const counter::limits& limits, const v1::server_info& info,
                const rights::access_policy& policy, refusal_counts& refusals,
                counter::store& store, const clock_origin& origin, loop_group& group, unsigned loop,
                audience serves = audience::clients);

  /// Leaves a trace of a refused message, of which the peer's own log may know nothing: the peer is
  /// often a proxy. `is_first`: its connection has sent no other.
  void report(const refusal& refusal, bool is_first);

  const counter::limits& limits;
  refusal_counts& refusals;  // of all loops
  loop_load& load;           // each connection counts there until its session ends
  steady_clock::time_point last_session_end{};
  loop_metrics metrics;
  // Declared before the others, so destroyed after them: queued tasks use none of the other members
  // when destroyed.
  task_queue tasks;
  loop_clock clock;
  http::timers timers{clock};
  http::store_loop store_loop{tasks, timers, clock, metrics};
  http::date date{clock.second()};
  body_budget bodies{counter::limits::bodies_bytes_max};
  counter::store_client store_client;
  http::deadlines deadlines;
  http::ready_set ready_set;
  live::streams streams;
  failure_log failures{timers};
  http::router router;
  /// The buffer for every read of a socket. Its contents are valid within one handler only.
  std::array<char, counter::limits::read_bytes_max> read_buffer;
};

}  // namespace http
