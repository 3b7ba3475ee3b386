#include "http/server/server.hpp"

#include "http/net/clock_origin.hpp"
#include "http/net/listening_sockets.hpp"
#include "http/server/loop_group.hpp"
#include "http/server/worker.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include <deque>
#include <sstream>
#include <string>
#include <thread>

#include <pthread.h>

namespace http {

struct server::impl {
  explicit impl(unsigned loops) : group(loops) {}

  asio::io_context context{1};  // resolves addresses and opens sockets; never runs
  refusal_counts refusals;
  v1::server_info server_info;
  loop_group group;
  std::deque<worker> workers;
  std::vector<std::thread> threads;
};

server::server(std::string_view version, const counter::limits& limits,
               const rights::access_policy& policy, unsigned threads, counter::store& store)
    : impl_(std::make_unique<impl>(threads)) {
  impl_->server_info = {
      version,         threads, limits, store.traits(), [&store] { return store.usage(); },
      &impl_->refusals};
  impl_->server_info.is_read_only = policy.is_read_only;
  const auto origin = clock_origin::now(store.traits().start);
  for (unsigned i = 0; i < threads; ++i)
    impl_->workers.emplace_back(limits, impl_->server_info, policy, impl_->refusals, store, origin,
                                impl_->group, i);
}

server::~server() {
  stop();
}

std::vector<std::string> server::listen(const std::string& host, const std::string& port) {
  asio::ip::tcp::resolver resolver{impl_->context};
  std::vector<std::string> addresses;
  error_code unavailable;
  for (const auto& entry : resolver.resolve(host, port, asio::ip::resolver_base::passive)) {
    std::vector<tcp_acceptor> acceptors;
    try {
      acceptors = open_listening_sockets(impl_->context, impl_->workers.size(), entry.endpoint());
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
      impl_->workers[i].listen(std::move(acceptors[i]));
  }
  if (addresses.empty())
    throw boost::system::system_error(unavailable);
  return addresses;
}

void server::start() {
  for (unsigned loop = 0; loop < impl_->workers.size(); ++loop)
    impl_->threads.emplace_back([&worker = impl_->workers[loop], loop] {
      // As `top -H` shows it; up to 15 bytes.
      pthread_setname_np(pthread_self(), ("loop " + std::to_string(loop)).c_str());
      worker.run();
    });
}

void server::set_tokens(const std::shared_ptr<const rights::token_set>& tokens) {
  for (auto& worker : impl_->workers)
    worker.set_tokens(tokens);
}

void server::stop() {
  for (std::size_t i = 0; i < impl_->threads.size(); ++i)
    impl_->workers[i].drain();
  for (auto& thread : impl_->threads)
    thread.join();
  impl_->threads.clear();
}

}  // namespace http
