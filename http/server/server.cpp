#include "http/server/server.hpp"

#include "http/api/health/server_health.hpp"
#include "http/net/clock_origin.hpp"
#include "http/net/listening_sockets.hpp"
#include "http/server/loop_group.hpp"
#include "http/server/server_reports.hpp"
#include "http/server/worker.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include <pthread.h>

namespace http {

struct server::impl {
  impl(std::string_view version, const counter::limits& server_limits,
       const rights::access_policy& access_policy, unsigned loops, counter::store& its_store)
      : limits(server_limits),
        policy(access_policy),
        store(its_store),
        server_info(
            version, loops, limits, store.traits(), [this] { return store.usage(); }, &refusals),
        origin(clock_origin::now(store.traits().start)),
        group(loops),
        reports(version, limits, store, health, group.connection_counts) {
    server_info.is_read_only = policy.is_read_only;
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

  std::vector<std::string> listen(const std::string& host, const std::string& port,
                                  std::deque<worker>& listeners);

  const counter::limits& limits;
  const rights::access_policy policy;
  counter::store& store;
  asio::io_context context{1};  // resolves addresses and opens sockets; never runs
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
  loop_group operators_group{1};
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

std::vector<std::string> server::listen(const std::string& host, const std::string& port) {
  return impl_->listen(host, port, impl_->workers);
}

std::vector<std::string> server::listen_for_operators(const std::string& host,
                                                      const std::string& port) {
  if (impl_->operators_worker.empty()) {
    impl_->operators_limits = impl_->limits;
    impl_->operators_limits.connections_max = counter::limits::operators_connections_max;
    impl_->operators_limits.refusals_max = 1;
    // Nobody may keep monitors out for long by keeping all of the connections.
    auto& limits = impl_->operators_limits;
    constexpr auto timeout_max = counter::limits::operators_timeout_max;
    limits.header_timeout = std::min(limits.header_timeout, timeout_max);
    limits.body_timeout = std::min(limits.body_timeout, timeout_max);
    limits.write_timeout = std::min(limits.write_timeout, timeout_max);
    const auto& added = impl_->operators_worker.emplace_back(
        impl_->operators_limits, impl_->server_info, impl_->policy, impl_->refusals, impl_->store,
        impl_->origin, impl_->operators_group, 0, audience::operators);
    impl_->reports.add(added.metrics(), added.bodies(), audience::operators);
  }
  return impl_->listen(host, port, impl_->operators_worker);
}

/// Listens with one socket for each of `listeners`.
std::vector<std::string> server::impl::listen(const std::string& host, const std::string& port,
                                              std::deque<worker>& listeners) {
  asio::ip::tcp::resolver resolver{context};
  std::vector<std::string> addresses;
  error_code unavailable;
  for (const auto& entry : resolver.resolve(host, port, asio::ip::resolver_base::passive)) {
    std::vector<tcp_acceptor> acceptors;
    try {
      acceptors = open_listening_sockets(context, listeners.size(), entry.endpoint());
    } catch (const boost::system::system_error& error) {
      // `localhost` often resolves to ::1 on a machine without IPv6.
      unavailable = error.code();
      if (unavailable == asio::error::address_family_not_supported ||
          unavailable == boost::system::errc::address_not_available)
        continue;
      throw;
    }
    std::ostringstream address;
    address << acceptors[0].local_endpoint();
    addresses.push_back(address.str());
    for (std::size_t i = 0; i < acceptors.size(); ++i)
      listeners[i].listen(std::move(acceptors[i]));
  }
  if (addresses.empty())
    throw boost::system::system_error(unavailable);
  return addresses;
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

void server::set_tokens(const std::shared_ptr<const rights::token_set>& tokens) {
  const auto pending = std::make_shared<std::atomic<std::size_t>>(impl_->workers.size() +
                                                                  impl_->operators_worker.size());
  for (auto* workers : {&impl_->workers, &impl_->operators_worker})
    for (auto& worker : *workers)
      worker.set_tokens(tokens, [pending] { --*pending; });
  const auto end = steady_clock::now() + counter::limits::tokens_patience;
  while (*pending > 0 && steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
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
