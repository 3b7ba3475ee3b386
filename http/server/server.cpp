#include "http/server/server.hpp"

#include "http/api/health/server_health.hpp"
#include "http/net/clock_origin.hpp"
#include "http/net/inherited_endpoint.hpp"
#include "http/net/tcp_endpoints.hpp"
#include "http/net/unix_endpoint.hpp"
#include "http/server/loop_group.hpp"
#include "http/server/server_reports.hpp"
#include "http/server/worker.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <thread>
#include <utility>

#include <pthread.h>

namespace http {

namespace {

/// Gives each loop its socket. Returns the endpoint's name.
std::string add(const endpoint& opened, std::deque<worker>& listeners) {
  for (std::size_t i = 0; i < listeners.size(); ++i)
    listeners[i].listen(opened.sockets[i]);
  return opened.name;
}

}  // namespace

struct server::impl {
  impl(std::string_view version, const counter::limits& server_limits,
       const rights::access_policy& access_policy, unsigned loops, counter::store& its_store)
      : limits(server_limits),
        policy(access_policy),
        store(its_store),
        server_info(
            version, loops, limits, store.traits(), [this] { return store.usage(); }, &refusals),
        origin(clock_origin::now(store.traits().start)),
        group(loops, limits),
        reports(version, limits, store, health, group.connection_counts, group.streams) {
    server_info.health = &health;
    server_info.metrics = [this] { return reports.report(); };
    if (store.traits().durability.sync != counter::durability::sync::none)
      health.disk = [this] { return store.statistics(); };
    for (unsigned loop = 0; loop < loops; ++loop) {
      const auto& added =
          workers.emplace_back(limits, server_info, policy, refusals, store, origin, group, loop);
      health.loops.push_back(&added.metrics().pass);
      reports.add(added.metrics(), added.bodies(), audience::clients);
    }
  }

  std::deque<worker>& workers_for(audience whom);

  const counter::limits& limits;
  const rights::access_policy policy;
  counter::store& store;
  refusal_counts refusals;
  v1::server_info server_info;
  const clock_origin origin;
  loop_group group;
  server_health health;
  server_reports reports;
  std::deque<worker> workers;
  std::vector<std::thread> threads;
  // For operators; empty unless they have an address.
  counter::limits operators_limits;
  loop_group operators_group{1, operators_limits};
  std::deque<worker> operators_worker;
  std::thread operators_thread;
};

server::server(std::string_view version, const counter::limits& limits,
               const rights::access_policy& policy, unsigned threads, counter::store& store)
    : impl_(std::make_unique<impl>(version, limits, policy, threads, store)) {}

server::~server() {
  stop();
}

void server::add_report(std::function<void(metrics::report&)> add) {
  impl_->reports.add_source(std::move(add));
}

std::vector<std::string> server::listen(audience whom, const std::string& host,
                                        const std::string& port) {
  auto& listeners = impl_->workers_for(whom);
  std::vector<std::string> names;
  for (const auto& opened : open_tcp_endpoints(host, port, listeners.size()))
    names.push_back(add(opened, listeners));
  return names;
}

std::string server::listen(audience whom, const std::string& path) {
  auto& listeners = impl_->workers_for(whom);
  return add(open_unix_endpoint(path, listeners.size()), listeners);
}

std::string server::adopt(audience whom, int descriptor) {
  auto& listeners = impl_->workers_for(whom);
  return add(adopt_endpoint(descriptor, listeners.size()), listeners);
}

/// Makes the loop of the operators when their first address comes.
std::deque<worker>& server::impl::workers_for(audience whom) {
  if (whom == audience::clients)
    return workers;
  if (!operators_worker.empty())
    return operators_worker;
  operators_limits = limits;
  operators_limits.connections_max = counter::limits::operators_connections_max;
  operators_limits.refusals_max = 1;
  // Nobody may keep monitors out for long by keeping all of the connections.
  constexpr auto timeout_max = counter::limits::operators_timeout_max;
  for (auto* timeout : {&operators_limits.header_timeout, &operators_limits.body_timeout,
                        &operators_limits.write_timeout})
    *timeout = std::min(*timeout, timeout_max);
  const auto& added =
      operators_worker.emplace_back(operators_limits, server_info, policy, refusals, store, origin,
                                    operators_group, 0, audience::operators);
  reports.add(added.metrics(), added.bodies(), audience::operators);
  return operators_worker;
}

void server::start() {
  // Names as `top -H` shows them; up to 15 bytes.
  auto run = [](worker& worker, const std::string& name) {
    return std::thread{[&worker, name] {
      pthread_setname_np(pthread_self(), name.c_str());
      worker.run();
    }};
  };
  for (unsigned loop = 0; loop < impl_->workers.size(); ++loop)
    impl_->threads.push_back(run(impl_->workers[loop], "loop " + std::to_string(loop)));
  if (!impl_->operators_worker.empty())
    impl_->operators_thread = run(impl_->operators_worker.front(), "operators");
}

void server::begin_leaving(std::chrono::milliseconds delay) {
  impl_->health.is_draining = true;
  const auto end = steady_clock::now() + delay;
  for (auto& worker : impl_->workers)
    worker.begin_leaving(end);
}

bool server::set_policy(const rights::access_policy& policy) {
  const auto shared = std::make_shared<const rights::access_policy>(policy);
  const auto pending = std::make_shared<std::atomic<std::size_t>>(impl_->workers.size() +
                                                                  impl_->operators_worker.size());
  for (auto* workers : {&impl_->workers, &impl_->operators_worker})
    for (auto& worker : *workers)
      worker.set_policy(shared, [pending] { --*pending; });
  const auto end = steady_clock::now() + counter::limits::policy_patience;
  while (*pending > 0 && steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  return *pending == 0;
}

bool server::is_live() const {
  return all_ok(liveness(impl_->health, metrics::pulse::clock::now()));
}

void server::stop() {
  impl_->health.is_draining = true;
  // Counted from here: a loop that is busy may begin much later.
  const auto end = steady_clock::now() + counter::limits::drain_timeout;
  for (std::size_t i = 0; i < impl_->threads.size(); ++i)
    impl_->workers[i].drain(end);
  for (auto& thread : impl_->threads)
    thread.join();
  impl_->threads.clear();
  // Last, because operators want to see how the others end.
  if (!impl_->operators_thread.joinable())
    return;
  impl_->operators_worker.front().drain(steady_clock::now());
  impl_->operators_thread.join();
}

}  // namespace http
