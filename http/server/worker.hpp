#pragma once

#include "http/server/admission.hpp"
#include "http/server/listener.hpp"
#include "http/server/loop_group.hpp"
#include "http/server/loop_services.hpp"

#include <functional>
#include <list>
#include <memory>
#include <optional>

namespace http {

/// One event loop with its listeners and sessions. Each round waits for ready sockets, expired
/// deadlines and posted tasks, and handles each kind in turn.
///
/// Order of calls: listen(), then run() on the worker's thread.
class worker {
public:
  /// This is number `loop` of the `group`, to which the worker adds itself: create them in this
  /// order. Borrows all but `policy` and `origin`, which must be the same for all workers.
  /// `refusals` counts for all workers. Throws boost::system::system_error if the kernel is out of
  /// descriptors.
  worker(const counter::limits& limits, const v1::server_info& server_info,
         const rights::access_policy& policy, refusal_counts& refusals, counter::store& store,
         const clock_origin& origin, loop_group& group, unsigned loop,
         audience serves = audience::clients);
  ~worker();

  /// Accepts connections from `socket`. Call it before run().
  void listen(std::shared_ptr<listening_socket> socket);

  /// Replaces the policy for the requests that the loop routes from then on, and then calls `done`
  /// on its thread. Thread-safe.
  void set_policy(std::shared_ptr<const rights::access_policy> policy, std::function<void()> done);

  /// Serves until drain(), then until the last connection is closed and no worker of the group can
  /// hand over another. Then closes connections that are still open.
  void run();

  /// Makes run() end its connections one after the other, evenly until `end`, and go on accepting
  /// others: a balancer needs time to notice that the server stops. Thread-safe.
  void begin_leaving(steady_clock::time_point end);

  /// Makes run() stop accepting, drain its connections and return, at `end` at the latest.
  /// Thread-safe.
  void drain(steady_clock::time_point end);

  /// What the loop has done. Thread-safe, as its members are.
  const loop_metrics& metrics() const noexcept { return services_.metrics; }
  const body_budget& bodies() const noexcept { return services_.bodies; }

private:
  void run_round(steady_clock::time_point end);
  void leave(steady_clock::time_point end);
  void begin_drain(steady_clock::time_point end);
  bool has_ended() const noexcept;
  template <class Call>
  void for_each_session(Call call);

  loop_services services_;
  const audience serves_;
  session_list sessions_;
  loop_group& group_;
  admission admission_;
  std::list<listener> listeners_;
  std::optional<steady_clock::time_point> drain_end_;  // set when the drain begins
  int rounds_behind_ = 0;  // consecutive rounds that skipped the deadlines
};

}  // namespace http
