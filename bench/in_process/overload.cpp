// The server under more load than its disk takes: a ledger that needs 100 us an operation, so
// 10,000 operations a second, and clients that come by the clock, however long the responses take.
// Prints a row for each rate that is offered, and exits with 1 if one of these is missed at 40,000
// a second:
//
//   nine tenths of the capacity are done; 99 % of the 200s take up to half a second, and of the
//   503s less than 5 ms; /readyz takes less than 50 ms; whoever repeats a request with a key until
//   it is done has succeeded within 5 s after the load; each 200 counts once, and each 503 not at
//   all.
//
//   overload [SECONDS]    for each rate; 3 unless given
//
// The clients share the processors with the server, so the figures are those of a machine with
// both.

#include "actors/actor_store.hpp"
#include "bench/loads/answers.hpp"
#include "bench/loads/latencies.hpp"
#include "http/server/server.hpp"
#include "tests/actors/paced_ledger.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int capacity = 10'000;
/// Threads that send. One alone cannot send 40,000 requests a second.
constexpr int senders = 2;
/// Of each: more than wait at any time.
constexpr std::size_t connections_max = 3'000;
/// One in so many requests has a key, and is repeated until it is done.
constexpr std::size_t keyed_share = 100;
constexpr auto retry_pause = 100ms;
constexpr int events_max = 512;

int connect_to(const std::string& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  require(socket >= 0, "socket");
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  require(::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0, "connect");
  return socket;
}

void send_all(int socket, std::string_view bytes) {
  require(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(bytes.size()),
          "send");
}

std::string get(const std::string& target, const std::string& fields = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

/// Sends a request and returns the response.
std::string ask(int socket, const std::string& request) {
  send_all(socket, request);
  std::string received;
  std::array<char, 4096> buffer;
  while (true) {
    const auto bytes = ::recv(socket, buffer.data(), buffer.size(), 0);
    require(bytes > 0, "recv");
    received.append(buffer.data(), static_cast<std::size_t>(bytes));
    if (parse_http(received))
      return received;
  }
}

double micro(clock_type::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

/// Asks for /readyz every so often, on a thread of its own.
class prober {
public:
  explicit prober(const std::string& address)
      : thread_([this, address] {
          const int socket = connect_to(address);
          while (!is_over_) {
            const auto begin = clock_type::now();
            require(ask(socket, get("/readyz")).starts_with("HTTP/1.1 200"), "/readyz");
            times_.add(micro(clock_type::now() - begin));
            std::this_thread::sleep_for(10ms);
          }
          ::close(socket);
        }) {}

  /// Returns the longest time in milliseconds.
  double finish() {
    is_over_ = true;
    thread_.join();
    return times_.percentile(1) / 1000;
  }

private:
  latencies times_;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

/// What became of the requests of one rate.
struct figures {
  std::size_t offered = 0, done_in_time = 0, done = 0, refused = 0;
  latencies done_us, refused_us;
  double retries_seconds = 0;  ///< from the end of the load to the last 200 of a repeated request

  figures& operator+=(const figures& other) {
    offered += other.offered;
    done_in_time += other.done_in_time;
    done += other.done;
    refused += other.refused;
    done_us.add(other.done_us);
    refused_us.add(other.refused_us);
    retries_seconds = std::max(retries_seconds, other.retries_seconds);
    return *this;
  }
};

/// Clients that come by the clock. Each has a connection while it waits for its response, so no
/// response waits for one that was asked for before.
class clients {
public:
  explicit clients(const std::string& address) : address_(address), set_(::epoll_create1(0)) {
    require(set_ >= 0, "epoll_create1");
    while (connections_.size() < connections_max)
      open();
  }

  ~clients() {
    for (const auto& each : connections_)
      ::close(each.socket);
    ::close(set_);
  }

  /// Sends `rate` requests a second for `length`, from `begin` on. `keys` begins each key.
  figures run(int rate, clock_type::time_point begin, std::chrono::seconds length,
              const std::string& name, const std::string& keys) {
    figures figures;
    figures_ = &figures;
    plain_ = get("/inc?name=" + name);
    name_ = name;
    keys_ = keys;
    const std::chrono::nanoseconds interval{1'000'000'000 / rate};
    end_ = begin + length;
    for (auto next = begin; next < end_; receive()) {
      while (next < end_ && next <= clock_type::now() && !idle_.empty()) {
        const bool is_keyed = figures.offered++ % keyed_share == 0;
        send(next, is_keyed ? figures.offered : 0);
        next += interval;
      }
      send_again();
    }
    while (idle_.size() < connections_.size() || !again_.empty()) {
      receive();
      send_again();
    }
    return figures;
  }

private:
  struct connection {
    int socket;
    clock_type::time_point planned{};
    std::size_t key = 0;  // 0: none
  };
  struct repeated {
    clock_type::time_point at;
    std::size_t key;
  };

  void open() {
    const int socket = connect_to(address_);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = static_cast<std::uint32_t>(connections_.size());
    require(::epoll_ctl(set_, EPOLL_CTL_ADD, socket, &event) == 0, "epoll_ctl");
    idle_.push_back(connections_.size());
    connections_.push_back({socket});
  }

  void send(clock_type::time_point planned, std::size_t key) {
    auto& used = connections_[idle_.back()];
    idle_.pop_back();
    used.planned = planned;
    used.key = key;
    send_all(used.socket, key == 0 ? plain_
                                   : get("/inc?name=" + name_, "Idempotency-Key: " + keys_ +
                                                                   std::to_string(key) + "\r\n"));
  }

  void send_again() {
    while (!again_.empty() && !idle_.empty() && again_.front().at <= clock_type::now()) {
      send(again_.front().at, again_.front().key);
      again_.pop_front();
    }
  }

  void receive() {
    std::array<epoll_event, events_max> events;
    // A millisecond late at most; clients that never sleep would take the processors of the server.
    const int count = ::epoll_wait(set_, events.data(), events_max, 1);
    for (int i = 0; i < count; ++i)
      receive(events[static_cast<std::size_t>(i)].data.u32);
  }

  void receive(std::size_t index) {
    auto& from = connections_[index];
    std::array<char, 4096> buffer;
    const auto bytes = ::recv(from.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    require(bytes > 0, "recv");
    // A response this short comes whole.
    const auto parsed = parse_http({buffer.data(), static_cast<std::size_t>(bytes)});
    require(parsed && parsed->size == static_cast<std::size_t>(bytes), "a response in pieces");
    const auto now = clock_type::now();
    if (parsed->is_ok) {
      ++figures_->done;
      figures_->done_in_time += now <= end_ ? 1 : 0;
      figures_->done_us.add(micro(now - from.planned));
      if (from.key != 0 && now > end_)
        figures_->retries_seconds = micro(now - end_) / 1e6;
    } else {
      require(std::string_view{buffer.data(), 12} == "HTTP/1.1 503", "a response that is no 503");
      ++figures_->refused;
      figures_->refused_us.add(micro(now - from.planned));
      if (from.key != 0)
        again_.push_back({now + retry_pause, from.key});
    }
    idle_.push_back(index);
  }

  const std::string address_;
  const int set_;
  std::vector<connection> connections_;
  std::vector<std::size_t> idle_;
  std::deque<repeated> again_;  // in order of time
  std::string plain_, name_, keys_;
  figures* figures_ = nullptr;
  clock_type::time_point end_;
};

bool is_missed(bool holds, const char* what) {
  if (!holds)
    std::printf("missed: %s\n", what);
  return !holds;
}

}  // namespace

int main(int argc, char** argv) {
  const std::chrono::seconds length{argc > 1 ? std::atoi(argv[1]) : 3};
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);

  paced_ledger ledger;
  ledger.operation_time = std::chrono::nanoseconds{1'000'000'000 / capacity};
  counter::limits limits;
  limits.header_timeout = limits.idle_timeout = 1h;  // of connections that nobody needed
  limits.queue_delay_max = 250ms;
  actors::actor_store store{1, limits, ledger, {counter::durability::sync::always}, 64 << 20};
  http::server server{"bench", limits, {}, 1, store};
  const auto address = server.listen(http::audience::clients, "127.0.0.1", "0").at(0);
  const auto operators = server.listen(http::audience::operators, "127.0.0.1", "0").at(0);
  server.start();

  bool has_missed = false;
  std::printf(
      "  offered/s   200/s   503/s  p50 200  p99 200  p50 503  p99 503  /readyz  retries\n");
  {
    std::deque<clients> all;
    for (int i = 0; i < senders; ++i)
      all.emplace_back(address);
    for (const int rate : {5'000, 10'000, 20'000, 40'000}) {
      const auto name = "r" + std::to_string(rate);
      prober probes{operators};
      std::vector<figures> each(senders);
      std::vector<std::thread> threads;
      const auto begin = clock_type::now() + 10ms;
      for (std::size_t i = 0; i < senders; ++i)
        threads.emplace_back([&, i] {
          each[i] =
              all[i].run(rate / senders, begin, length, name, name + "-" + std::to_string(i) + "-");
        });
      for (auto& thread : threads)
        thread.join();
      figures now;
      for (const auto& one : each)
        now += one;
      const auto ready_ms = probes.finish();
      const auto seconds = static_cast<double>(length.count());
      const auto done = static_cast<double>(now.done_in_time) / seconds;
      const auto p99_ms = now.done_us.percentile(0.99) / 1000;
      const auto p99_refused_ms = now.refused_us.percentile(0.99) / 1000;
      std::printf("%11.0f %7.0f %7.0f %6.1f ms %5.0f ms %5.2f ms %5.2f ms %5.1f ms %6.2f s\n",
                  static_cast<double>(now.offered) / seconds, done,
                  static_cast<double>(now.refused) / seconds, now.done_us.percentile(0.5) / 1000,
                  p99_ms, now.refused_us.percentile(0.5) / 1000, p99_refused_ms, ready_ms,
                  now.retries_seconds);
      std::fflush(stdout);
      const int socket = connect_to(address);
      const auto value = ask(socket, get("/get?name=" + name));
      ::close(socket);
      has_missed |= is_missed(value.ends_with("\n" + name + ": " + std::to_string(now.done) + "\n"),
                              "each 200 counts once, and each 503 not at all");
      if (rate < 40'000)
        continue;
      has_missed |= is_missed(done >= 0.9 * capacity, "nine tenths of the capacity");
      has_missed |= is_missed(p99_ms <= 500, "99 % of the 200s within 500 ms");
      has_missed |= is_missed(p99_refused_ms < 5, "99 % of the 503s within 5 ms");
      has_missed |= is_missed(ready_ms < 50, "/readyz within 50 ms");
      has_missed |= is_missed(now.retries_seconds < 5, "the repeated requests within 5 s");
    }
  }
  server.stop();
  store.close();
  return has_missed ? EXIT_FAILURE : EXIT_SUCCESS;
}
