// A load from one thread, as lean as redis-benchmark: each connection sends `depth`
// requests at once, waits for all responses, and repeats. Every response is parsed
// and counted. One that is not a success, or is missing, is a failure. Prints its
// figures as JSON.
//
//   pipelined ports=8000[,8001,...] request=FILE connections=64 depth=32 seconds=2
//             [count=N] [names=N]
//
// The connections are shared out among the ports.
// FILE has the bytes of one request, for HTTP or Redis; requests.hpp has its
// placeholders. The run ends after `seconds`, or after `count` requests, of which
// `depth` must be a divisor.

#include "bench/loads/answers.hpp"
#include "bench/loads/arguments.hpp"
#include "bench/loads/latencies.hpp"
#include "bench/loads/requests.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using steady_clock = std::chrono::steady_clock;

/// How long to wait at the end for missing responses.
constexpr std::chrono::seconds grace{2};

struct settings {
  std::vector<std::uint16_t> ports;
  std::size_t connections, depth;
  std::chrono::seconds duration;
  std::size_t count;  ///< requests at most
};

class load {
public:
  load(const settings& plan, requests batch, parser parse)
      : plan_(plan),
        parse_(parse),
        batch_(std::move(batch)),
        peers_(plan.connections) {
    for (std::size_t i = 0; i < peers_.size(); ++i)
      peers_[i].port = plan_.ports[i % plan_.ports.size()];
  }

  void run() {
    for (auto& peer : peers_)
      connect(peer);
    const auto began = now_ = steady_clock::now();
    end_ = began + plan_.duration;
    for (auto& peer : peers_)
      send_more(peer);
    std::array<epoll_event, 256> ready;
    while (in_flight_ > 0 && now_ < end_ + grace) {
      const int count = ::epoll_wait(set_, ready.data(), static_cast<int>(ready.size()), 100);
      now_ = steady_clock::now();
      for (int i = 0; i < count; ++i)
        receive(*static_cast<connection*>(ready[static_cast<std::size_t>(i)].data.ptr));
    }
    failures_ += in_flight_;
    report(std::chrono::duration<double>(now_ - began).count());
  }

private:
  struct connection {
    std::uint16_t port = 0;
    int socket = -1;
    std::size_t awaited = 0;
    steady_clock::time_point sent;
    std::string rest;  ///< the beginning of a response
  };

  void connect(connection& peer) {
    peer.socket = connect_to(peer.port);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &peer}};
    require(::epoll_ctl(set_, EPOLL_CTL_ADD, peer.socket, &event) == 0, "epoll_ctl");
  }

  void send_more(connection& peer) {
    if (now_ >= end_ || sent_ + plan_.depth > plan_.count)
      return;
    peer.sent = now_;
    peer.awaited = plan_.depth;
    in_flight_ += plan_.depth;
    sent_ += plan_.depth;
    const auto batch = batch_.next();
    const auto sent = ::send(peer.socket, batch.data(), batch.size(), MSG_NOSIGNAL);
    // An error means that the peer is gone, which recv() reports.
    require(sent == static_cast<ssize_t>(batch.size()) || sent < 0, "send");
  }

  void receive(connection& peer) {
    std::copy(peer.rest.begin(), peer.rest.end(), buffer_.begin());
    const auto received = ::recv(peer.socket, buffer_.data() + peer.rest.size(),
                                 buffer_.size() - peer.rest.size(), MSG_DONTWAIT);
    if (received <= 0)
      return reconnect(peer);
    received_ += static_cast<std::size_t>(received);
    std::string_view bytes{buffer_.data(), peer.rest.size() + static_cast<std::size_t>(received)};
    while (const auto next = parse_(bytes)) {
      require(peer.awaited > 0, "a response without a request");
      bytes.remove_prefix(next->size);
      --peer.awaited;
      --in_flight_;
      ++(next->is_ok ? successes_ : failures_);
    }
    require(bytes.size() < buffer_.size(), "a response larger than the buffer");
    peer.rest = bytes;
    if (peer.awaited > 0)
      return;
    batches_.add(std::chrono::duration<double, std::micro>(now_ - peer.sent).count());
    send_more(peer);
  }

  void reconnect(connection& peer) {
    failures_ += peer.awaited;
    in_flight_ -= peer.awaited;
    peer.awaited = 0;
    ::close(peer.socket);
    peer.rest.clear();
    connect(peer);
    send_more(peer);
  }

  void report(double seconds) {
    std::printf(
        "{\"requests\": %zu, \"requests_per_second\": %.1f, \"failures\": %zu, "
        "\"batch_p50_us\": %.0f, \"batch_p99_us\": %.0f, \"received_bytes\": %zu}\n",
        successes_, static_cast<double>(successes_) / seconds, failures_, batches_.percentile(0.5),
        batches_.percentile(0.99), received_);
  }

  const int set_ = ::epoll_create1(0);
  const settings plan_;
  const parser parse_;
  requests batch_;
  std::vector<connection> peers_;
  std::array<char, 512 * 1024> buffer_;
  steady_clock::time_point now_, end_;
  std::size_t sent_ = 0, in_flight_ = 0, successes_ = 0, failures_ = 0, received_ = 0;
  latencies batches_;
};

}  // namespace

int main(int argc, char** argv) {
  const arguments given{argc, argv};
  const settings plan{.ports = given.ports("ports"),
                      .connections = given.number("connections", 1),
                      .depth = given.number("depth", 1),
                      .duration = std::chrono::seconds{given.number("seconds", 1)},
                      .count = given.number("count", SIZE_MAX)};
  const auto request = given.file("request");
  load{plan, {request, plan.depth, given.number("names", 1)}, parser_for(request)}.run();
}
