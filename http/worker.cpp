#include "http/worker.hpp"

#include <boost/asio/post.hpp>

#include <spdlog/spdlog.h>

#include <iterator>

namespace http {

worker::worker(const counter::limits& limits, const v1::site& site, counter::store& store,
               http::population& population)
    : services_(io_, limits, site, store),
      population_(population) {}

worker::~worker() = default;

void worker::listen(tcp_acceptor acceptor) {
  listeners_.emplace_back(std::move(acceptor), services_, sessions_, population_);
}

void worker::keep_house() {
  housekeeper_ = new housekeeper{services_.courier, services_.deadlines};
}

void worker::run() {
  services_.ready_set.start();
  if (housekeeper_)
    housekeeper_->start();
  for (auto& listener : listeners_)
    listener.start();
  io_.run();
  finish();
}

void worker::drain() {
  asio::post(io_, [this] { io_.stop(); });
}

/// The loop again, but only as long as there are connections.
void worker::finish() {
  io_.restart();
  const auto end = steady_clock::now() + counter::limits::drain_timeout;
  bool has_stopped_listening = false;
  // As a handler: what it calls expects to be on the loop.
  asio::post(io_, [&] {
    const courier::pass pass{services_.courier};
    for (auto& listener : listeners_)
      listener.stop();
    if (housekeeper_)
      housekeeper_->stop();
    for_each_session([](session& one) { one.drain(); });
    has_stopped_listening = true;
  });
  do {
    io_.run_one_until(end);
  } while ((!has_stopped_listening || !sessions_.empty()) && steady_clock::now() < end);
  if (!sessions_.empty())
    spdlog::warn("closing {} connections that did not end in time",
                 std::distance(sessions_.begin(), sessions_.end()));
  for_each_session([](session& one) { one.close(); });
  services_.deadlines.stop();
  // Also runs what other loops' actors still have here.
  io_.poll();
}

/// `call` may be the end of the session it is given.
template <class Call>
void worker::for_each_session(Call call) {
  for (auto next = sessions_.begin(); next != sessions_.end();)
    call(*next++);
}

}  // namespace http
