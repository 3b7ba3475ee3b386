#include "http/server/worker.hpp"

#include <boost/system/system_error.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <utility>

namespace http {

namespace {

/// Enough rounds to handle every ready connection once.
constexpr int rounds_behind_max = 64;

}  // namespace

worker::worker(const counter::limits& limits, const v1::server_info& server_info,
               const rights::access_policy& policy, refusal_counts& refusals, counter::store& store,
               const clock_origin& origin, loop_group& group, unsigned loop, audience serves)
    : services_(limits, server_info, policy, refusals, store, origin, group, loop, serves),
      serves_(serves),
      group_(group),
      admission_(services_, sessions_, group, loop) {
  group_.admissions.push_back(&admission_);
  if (!services_.ready_set.watch(services_.tasks.descriptor(), services_.tasks))
    throw boost::system::system_error(errno, boost::system::system_category(), "epoll");
}

worker::~worker() = default;

void worker::listen(std::shared_ptr<listening_socket> socket) {
  listeners_.emplace_back(std::move(socket), services_, admission_);
}

void worker::set_policy(std::shared_ptr<const rights::access_policy> policy,
                        std::function<void()> done) {
  services_.tasks.post([this, policy = std::move(policy), done = std::move(done)] {
    services_.router.set_policy(*policy);
    // Their clients come back, and then have what the new policy gives them.
    const counter::store_client::pass pass{services_.store_client};
    for_each_session([](session& session) { session.end_stream(); });
    done();
  });
}

void worker::run() {
  services_.tasks.take_over();
  for (auto& listener : listeners_)
    listener.start();
  while (!drain_end_)
    run_round(steady_clock::time_point::max());
  while (!has_ended() && steady_clock::now() < *drain_end_)
    run_round(*drain_end_);
  // Those of operators are given no time: they poll for ever.
  if (!sessions_.empty() && serves_ == audience::clients)
    spdlog::warn("closing {} connections that did not end in time",
                 std::distance(sessions_.begin(), sessions_.end()));
  // Closes also what another loop has handed over too late, runs the tasks that actors have posted
  // here, and delivers what these complete.
  do {
    for_each_session([](session& session) { session.close(connection_end::drain); });
    const counter::store_client::pass pass{services_.store_client};
  } while (services_.tasks.run() > 0 || services_.store_client.has_work());
}

void worker::begin_leaving(steady_clock::time_point end) {
  services_.tasks.post([this, end] { leave(end); });
}

/// Ends this step's share of the connections that are left until `end`.
void worker::leave(steady_clock::time_point end) {
  if (drain_end_)
    return;
  const auto steps =
      std::max<std::int64_t>((end - services_.clock.now()) / counter::limits::drain_step, 1);
  const auto stays = [](const session& session) { return !session.is_draining(); };
  const auto left = std::count_if(sessions_.begin(), sessions_.end(), stays);
  auto ends_now = (left + steps - 1) / steps;
  {
    const counter::store_client::pass pass{services_.store_client};
    for_each_session([&](session& session) {
      if (ends_now > 0 && stays(session)) {
        --ends_now;
        session.drain();
      }
    });
  }
  services_.timers.add(counter::limits::drain_step, [this, end] { leave(end); });
}

void worker::drain(steady_clock::time_point end) {
  services_.tasks.post([this, end] { begin_drain(end); });
}

/// Waits until there is work, or until `end`, and does the work that is there by then. Work that
/// arrives meanwhile waits for the next round, so that sockets, deadlines and tasks have their
/// turn.
void worker::run_round(steady_clock::time_point end) {
  const bool may_wait = services_.tasks.begin_wait() && !services_.store_client.has_work();
  if (!may_wait)
    services_.tasks.end_wait();
  const auto next_deadline = services_.deadlines.next();
  const auto until = std::min({next_deadline, services_.timers.next(), end});
  const auto before = services_.clock.now();
  services_.metrics.pass.end();
  const bool found_all =
      services_.ready_set.wait(may_wait ? until - before : steady_clock::duration{});
  services_.tasks.end_wait();
  steady_clock::time_point begin;
  {
    const counter::store_client::pass pass{services_.store_client};
    begin = services_.clock.now();
    services_.metrics.pass.begin(begin);
    services_.ready_set.dispatch();
    // Expire by the time before the wait: bytes that arrived in time must not count as late because
    // the loop was busy or stopped. Skip the deadlines while ready sockets are left, for the same
    // reason.
    const bool is_behind = !found_all || services_.store_client.is_full();
    if (!is_behind || ++rounds_behind_ == rounds_behind_max) {
      // Deadlines that this pass sets are later.
      if (next_deadline <= before)
        services_.deadlines.expire(before);
      rounds_behind_ = 0;
    }
  }
  services_.timers.run();
  services_.tasks.run();
  services_.metrics.end_pass(begin, steady_clock::now(), found_all);
}

void worker::begin_drain(steady_clock::time_point end) {
  const counter::store_client::pass pass{services_.store_client};
  drain_end_ = end;
  for (auto& listener : listeners_)
    listener.stop();
  admission_.drain();
  services_.store_client.drain();
  services_.streams.stop();
  for_each_session([](session& session) { session.drain(); });
}

/// Returns true if no connection is left and none can come: another loop that still accepts may
/// hand one over.
bool worker::has_ended() const noexcept {
  return group_.accepting == 0 && sessions_.empty() && !services_.tasks.has_tasks();
}

/// `call` may destroy the session that it is given.
template <class Call>
void worker::for_each_session(Call call) {
  for (auto next = sessions_.begin(); next != sessions_.end();)
    call(*next++);
}

}  // namespace http
