// Requests from one thread, as lean as redis-benchmark: a connection sends some in
// one go, waits for all of their answers, and does so again. Every answer is parsed
// and counted. One that is not 200, and one that does not come, is a failure. Says
// what it measured as JSON.
//
//   pipelined PORT TARGET CONNECTIONS DEPTH SECONDS [NAMES]
//
// %020d in the target stands for one of NAMES numbers, drawn for each request; with
// 0 SECONDS each of them is asked for once, in their order, and DEPTH must divide
// NAMES. A target like "INCR i" is a command for Redis: so the two can be driven by
// the same program.

#include "bench/loads/answers.hpp"
#include "bench/loads/requests.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using steady_clock = std::chrono::steady_clock;

/// How long what is in flight at the end is waited for.
constexpr std::chrono::seconds grace{2};

class load {
public:
  using parser = std::optional<answer> (*)(std::string_view);

  load(std::uint16_t port, requests batch, parser parse, std::size_t connections, std::size_t depth)
      : parse_(parse),
        depth_(depth),
        batch_(std::move(batch)),
        peers_(connections) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(port);
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    batch_us_.reserve(1 << 20);
  }

  void run(std::chrono::seconds duration) {
    for (auto& one : peers_)
      connect(one);
    const auto began = now_ = steady_clock::now();
    end_ = began + duration;
    for (auto& one : peers_)
      send_more(one);
    std::array<epoll_event, 256> ready;
    while (in_flight_ > 0 && now_ < end_ + grace) {
      const int count = ::epoll_wait(set_, ready.data(), static_cast<int>(ready.size()), 100);
      now_ = steady_clock::now();
      for (int i = 0; i < count; ++i)
        receive(*static_cast<peer*>(ready[static_cast<std::size_t>(i)].data.ptr));
    }
    failures_ += in_flight_;
    report(std::chrono::duration<double>(now_ - began).count());
  }

private:
  struct peer {
    int socket = -1;
    std::size_t awaited = 0;
    steady_clock::time_point sent;
    std::string rest;  ///< the beginning of an answer
  };

  void connect(peer& one) {
    one.socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(one.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    require(::connect(one.socket, reinterpret_cast<sockaddr*>(&address_), sizeof address_) == 0,
            "connect");
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &one}};
    require(::epoll_ctl(set_, EPOLL_CTL_ADD, one.socket, &event) == 0, "epoll_ctl");
  }

  void send_more(peer& one) {
    if (now_ < end_ && !batch_.is_done())
      send(one);
  }

  void send(peer& one) {
    one.sent = now_;
    one.awaited = depth_;
    in_flight_ += depth_;
    const auto batch = batch_.next();
    const auto sent = ::send(one.socket, batch.data(), batch.size(), MSG_NOSIGNAL);
    // Less than all only happens where the peer is gone, which recv() tells.
    require(sent == static_cast<ssize_t>(batch.size()) || sent < 0, "send");
  }

  void receive(peer& one) {
    std::copy(one.rest.begin(), one.rest.end(), buffer_.begin());
    const auto received = ::recv(one.socket, buffer_.data() + one.rest.size(),
                                 buffer_.size() - one.rest.size(), MSG_DONTWAIT);
    if (received <= 0)
      return reconnect(one);
    std::string_view bytes{buffer_.data(), one.rest.size() + static_cast<std::size_t>(received)};
    while (const auto next = parse_(bytes)) {
      require(one.awaited > 0, "an answer that nobody asked for");
      bytes.remove_prefix(next->size);
      --one.awaited;
      --in_flight_;
      ++(next->is_ok ? answers_ : failures_);
    }
    one.rest = bytes;
    if (one.awaited > 0)
      return;
    batch_us_.push_back(std::chrono::duration<double, std::micro>(now_ - one.sent).count());
    send_more(one);
  }

  void reconnect(peer& one) {
    failures_ += one.awaited;
    in_flight_ -= one.awaited;
    ::close(one.socket);
    one.rest.clear();
    connect(one);
    send_more(one);
  }

  double percentile(double of) {
    if (batch_us_.empty())
      return 0;
    const auto rank = static_cast<std::ptrdiff_t>(of * static_cast<double>(batch_us_.size() - 1));
    std::nth_element(batch_us_.begin(), batch_us_.begin() + rank, batch_us_.end());
    return batch_us_[static_cast<std::size_t>(rank)];
  }

  void report(double seconds) {
    std::printf(
        "{\"requests\": %zu, \"requests_per_second\": %.0f, \"failures\": %zu, "
        "\"batch_p50_us\": %.0f, \"batch_p99_us\": %.0f}\n",
        answers_, static_cast<double>(answers_) / seconds, failures_, percentile(0.5),
        percentile(0.99));
  }

  const int set_ = ::epoll_create1(0);
  const parser parse_;
  const std::size_t depth_;
  sockaddr_in address_{};
  requests batch_;
  std::vector<peer> peers_;
  std::array<char, 256 * 1024> buffer_;
  steady_clock::time_point now_, end_;
  std::size_t in_flight_ = 0, answers_ = 0, failures_ = 0;
  std::vector<double> batch_us_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6 && argc != 7) {
    std::fputs("usage: pipelined PORT TARGET CONNECTIONS DEPTH SECONDS [NAMES]\n", stderr);
    return 2;
  }
  const std::string_view target = argv[2];
  const auto space = target.find(' ');
  const bool is_redis = space != target.npos;
  const auto number = [&](int at) { return std::strtoul(argv[at], nullptr, 10); };
  const std::size_t depth = number(4), names = argc == 7 ? number(6) : 1;
  const std::chrono::seconds duration{number(5)};
  const bool in_turn = duration.count() == 0;
  requests batch{is_redis ? redis_request(target.substr(0, space), target.substr(space + 1))
                          : http_request(target, argv[1]),
                 depth, names, in_turn};
  load{static_cast<std::uint16_t>(number(1)), std::move(batch), is_redis ? parse_redis : parse_http,
       number(3), depth}
      .run(in_turn ? std::chrono::hours{1} : duration);
}
