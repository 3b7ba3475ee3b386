// Pipelined HTTP from one thread, as lean as redis-benchmark -P is for Redis: a
// connection sends some requests in one go, waits for all of their answers, and
// does so again. Every answer is parsed and counted: its status line, the fields
// up to its Content-Length, and that its body is there. One that is not 200, and
// one that does not come, is a failure. Says what it measured as JSON.
//
//   pipelined PORT TARGET CONNECTIONS DEPTH SECONDS

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using steady_clock = std::chrono::steady_clock;

/// How long what is in flight at the end is waited for.
constexpr std::chrono::seconds grace{2};

void require(bool condition, const char* what) {
  if (condition)
    return;
  std::perror(what);
  std::exit(1);
}

struct answer {
  bool is_ok;
  std::size_t size;  ///< with its body
};

/// The first answer in `bytes`; none when it is not all there yet.
std::optional<answer> parse_answer(std::string_view bytes) {
  constexpr std::string_view ok = "HTTP/1.1 200 ", length_field = "content-length:";
  std::optional<std::size_t> length;
  for (std::size_t line = 0, end; (end = bytes.find('\n', line)) != bytes.npos; line = end + 1) {
    if (end - line <= 1) {  // the end of the header
      require(length.has_value(), "an answer has no Content-Length");
      const std::size_t size = end + 1 + *length;
      return size <= bytes.size() ? std::optional{answer{bytes.starts_with(ok), size}}
                                  : std::nullopt;
    }
    if (end - line > length_field.size() &&
        strncasecmp(bytes.data() + line, length_field.data(), length_field.size()) == 0)
      length = std::strtoul(bytes.data() + line + length_field.size(), nullptr, 10);
  }
  return std::nullopt;
}

class load {
public:
  load(std::uint16_t port, const std::string& target, std::size_t connections, std::size_t depth)
      : depth_(depth),
        peers_(connections) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(port);
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto request =
        "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n";
    for (std::size_t i = 0; i < depth; ++i)
      batch_ += request;
  }

  void run(std::chrono::seconds duration) {
    for (auto& one : peers_)
      connect(one);
    const auto began = now_ = steady_clock::now();
    end_ = began + duration;
    for (auto& one : peers_)
      send(one);
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

  void send(peer& one) {
    one.sent = now_;
    one.awaited = depth_;
    in_flight_ += depth_;
    const auto sent = ::send(one.socket, batch_.data(), batch_.size(), MSG_NOSIGNAL);
    // Less than all only happens where the peer is gone, which recv() tells.
    require(sent == static_cast<ssize_t>(batch_.size()) || sent < 0, "send");
  }

  void receive(peer& one) {
    std::copy(one.rest.begin(), one.rest.end(), buffer_.begin());
    const auto received = ::recv(one.socket, buffer_.data() + one.rest.size(),
                                 buffer_.size() - one.rest.size(), MSG_DONTWAIT);
    if (received <= 0)
      return reconnect(one);
    std::string_view bytes{buffer_.data(), one.rest.size() + static_cast<std::size_t>(received)};
    while (const auto next = parse_answer(bytes)) {
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
    if (now_ < end_)
      send(one);
  }

  void reconnect(peer& one) {
    failures_ += one.awaited;
    in_flight_ -= one.awaited;
    ::close(one.socket);
    one.rest.clear();
    connect(one);
    if (now_ < end_)
      send(one);
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
  const std::size_t depth_;
  sockaddr_in address_{};
  std::string batch_;
  std::vector<peer> peers_;
  std::array<char, 256 * 1024> buffer_;
  steady_clock::time_point now_, end_;
  std::size_t in_flight_ = 0, answers_ = 0, failures_ = 0;
  std::vector<double> batch_us_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fputs("usage: pipelined PORT TARGET CONNECTIONS DEPTH SECONDS\n", stderr);
    return 2;
  }
  load{static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2],
       static_cast<std::size_t>(std::atoi(argv[3])), static_cast<std::size_t>(std::atoi(argv[4]))}
      .run(std::chrono::seconds{std::atoi(argv[5])});
}
