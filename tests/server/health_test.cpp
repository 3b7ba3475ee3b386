#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/stopped_thread.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace support;
using namespace std::chrono_literals;

TEST_CASE("/livez and /readyz are ok, and take no parameters that they do not know") {
  const server_process server;
  for (const std::string target : {"/livez", "/readyz", "/readyz?for=read"})
    CHECK(get(server.port(), target).body == "ok\n");
  CHECK(get(server.port(), "/readyz?verbose").body == "loops: ok\ndraining: ok\n");
  CHECK(get(server.port(), "/readyz?verbos").status == 400);
}

TEST_CASE("/readyz names a loop that has no processor for two seconds, and /livez does not") {
  const server_process server{{"--threads", "1", "--ops-listen", "127.0.0.1:0"}};
  const auto operators = server.port(1);
  REQUIRE(get(server.port(), "/livez").body == "ok\n");  // the thread has its name
  process load{{"ab", "-q", "-k", "-n", "100000000", "-c", "16",
                "http://127.0.0.1:" + std::to_string(server.port()) + "/inc?name=x"}};
  auto stopped = stop_loop_in_pass(server.id(), operators);
  CHECK(get(operators, "/readyz").body == "loops: event loop 0 has not finished a pass for 2 s\n");
  CHECK(get(operators, "/livez").body == "ok\n");
  CHECK(get(operators, "/metrics").status == 200);
  stopped.reset();
  load.signal(SIGKILL);
  load.wait();
  // The loop responds to the first requests still in the pass in which it was stopped.
  CHECK(get_until(server.port(), "/readyz", 200).body == "ok\n");
}

TEST_CASE("after SIGTERM, /readyz fails first, and connections end one after the other") {
  server_process server{{"--drain-delay", "3s"}};
  std::vector<client> clients;
  for (int i = 0; i < 30; ++i) {
    clients.emplace_back(server.port());
    REQUIRE(clients.back().ask(get_request("/inc?name=x")).body == "ok\n");
  }
  server.signal(SIGTERM);
  server.wait_for_log("stopping on SIGTERM");
  // New connections are served until the end of the delay.
  const auto begin = std::chrono::steady_clock::now();
  CHECK(get(server.port(), "/readyz").status == 503);
  CHECK(get(server.port(), "/livez").body == "ok\n");
  std::vector<std::chrono::steady_clock::duration> ends;
  while (std::chrono::steady_clock::now() - begin < 2500ms) {
    for (auto next = clients.begin(); next != clients.end();) {
      const auto answer = next->ask(get_request("/inc?name=x"));
      CHECK(answer.body == "ok\n");
      if (answer.field("Connection") == "close") {
        ends.push_back(std::chrono::steady_clock::now() - begin);
        next = clients.erase(next);
      } else {
        ++next;
      }
    }
    std::this_thread::sleep_for(50ms);
  }
  REQUIRE(ends.size() > 15);
  CHECK(ends.front() < 1s);
  CHECK(ends.back() - ends.front() > 1s);
  CHECK(get(server.port(), "/inc?name=x").body == "ok\n");
  clients.clear();
  const auto ended = server.wait();
  CHECK(ended.exit_code == 0);
}

TEST_CASE("connections end evenly although the oldest one has been refused and does not close") {
  server_process server{{"--drain-delay", "3s"}};
  client stubborn{server.port()};
  CHECK(
      stubborn.ask("POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n")
          .status == 413);
  std::vector<client> idle;
  for (int i = 0; i < 20; ++i) {
    idle.emplace_back(server.port());
    CHECK(idle.back().ask(get_request("/")).status == 200);
  }
  server.signal(SIGTERM);
  std::this_thread::sleep_for(2500ms);
  int ended = 0;
  for (const auto& connection : idle)
    ended += connection.is_readable(0) ? 1 : 0;
  CHECK(ended > 5);
  CHECK(ended < 20);
}

TEST_CASE("a probe that is told no counts as no refusal") {
  const server_process server{{"--drain-delay", "2s", "--ops-listen", "127.0.0.1:0"}};
  const auto operators = server.port(1);
  server.signal(SIGTERM);
  while (get(operators, "/readyz").status == 200) {
  }
  const auto text = get(operators, "/metrics").body;
  CHECK(text.find("counterd_http_refusals_total{code=\"internal\"} 0\n") != std::string::npos);
  CHECK(text.find("counterd_draining 1\n") != std::string::npos);
}

TEST_CASE("a second signal ends the drain delay, and a third one the process") {
  {
    server_process server{{"--drain-delay", "60s"}};
    server.signal(SIGTERM);
    server.wait_for_log("stopping on SIGTERM");
    server.signal(SIGTERM);
    CHECK(server.wait().exit_code == 0);
  }
  server_process server{{"--drain-delay", "60s", "--header-timeout", "3600"}};
  client stuck{server.port()};
  stuck.send("GET / HT");
  server.signal(SIGTERM);
  server.wait_for_log("stopping on SIGTERM");
  server.signal(SIGTERM);
  while (is_listening(server.port())) {
  }
  server.signal(SIGTERM);
  CHECK(server.wait().signal == SIGTERM);
}

namespace {

/// What a balancer does: asks a server each second whether it is ready, and once it is not, sends
/// everybody to another one.
class balancer {
public:
  balancer(const server_process& first, const server_process& second)
      : target_(first.port()),
        thread_([this, &first, &second](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            std::this_thread::sleep_for(1s);
            try {
              if (get(first.port(), "/readyz").status == 503)
                target_ = second.port();
            } catch (const std::exception&) {
              target_ = second.port();
            }
          }
        }) {}

  std::uint16_t target() const { return target_; }

private:
  std::atomic<std::uint16_t> target_;
  std::jthread thread_;
};

/// Counts until it is stopped, on a connection to wherever the balancer says.
void count(const balancer& balancer, const std::stop_token& stop, std::atomic<int>& done,
           std::atomic<int>& failed) {
  while (!stop.stop_requested()) {
    try {
      const auto port = balancer.target();
      client connection{port};
      bool is_open = true;
      while (is_open && !stop.stop_requested() && balancer.target() == port) {
        const auto answer = connection.ask(get_request("/inc?name=x"));
        ++(answer.status == 200 ? done : failed);
        is_open = answer.field("Connection") != "close";
      }
    } catch (const std::exception&) {
      ++failed;
    }
  }
}

}  // namespace

TEST_CASE("no request fails when a server at full load stops behind a balancer") {
  server_process stopped{{"--drain-delay", "4s"}};
  const server_process other;
  const balancer balancer{stopped, other};
  std::atomic<int> done = 0;
  std::atomic<int> failed = 0;
  std::vector<std::jthread> clients;
  for (int i = 0; i < 64; ++i)
    clients.emplace_back([&](const std::stop_token& stop) { count(balancer, stop, done, failed); });
  while (done < 1000)
    std::this_thread::sleep_for(10ms);
  stopped.signal(SIGTERM);
  CHECK(stopped.wait().exit_code == 0);
  const int before = done;
  while (done < before + 1000)
    std::this_thread::sleep_for(10ms);
  clients.clear();
  CHECK(balancer.target() == other.port());
  CHECK(failed == 0);
  MESSAGE(done.load() << " requests");
}
