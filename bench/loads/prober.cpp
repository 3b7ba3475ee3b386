// A client with one connection that sends a request every so often, waits for its
// response, and remembers how long it took. Ends on SIGTERM, or after `seconds`, and
// prints its figures as JSON. A response that never came counts as long as it was
// waited for, at most a minute, and as a failure, which ends the run.
//
//   prober port=8000 request=FILE every_us=500 seconds=600
//
// Runs with high priority where it may: a client on another machine would not wait
// for a processor of the server's.

#include "bench/loads/answers.hpp"
#include "bench/loads/arguments.hpp"
#include "bench/loads/latencies.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using steady_clock = std::chrono::steady_clock;

volatile std::sig_atomic_t is_stopped = 0;

void stop(int) {
  is_stopped = 1;
}

/// Sends the request and waits for its response.
bool exchange(int socket, std::string_view request, parser parse) {
  require(::send(socket, request.data(), request.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(request.size()),
          "send");
  std::array<char, 64 * 1024> buffer;
  std::size_t size = 0;
  for (;;) {
    const auto received = ::recv(socket, buffer.data() + size, buffer.size() - size, 0);
    if (received < 0 && errno == EINTR)
      continue;  // SO_RCVTIMEO rules out SA_RESTART
    if (received < 0 && errno == EAGAIN)
      return false;
    require(received > 0, "recv");
    size += static_cast<std::size_t>(received);
    if (const auto response = parse({buffer.data(), size}))
      return response->is_ok;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const arguments given{argc, argv};
  struct sigaction action {};
  action.sa_handler = stop;  // without SA_RESTART: recv() must return
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGALRM, &action, nullptr);
  ::alarm(static_cast<unsigned>(given.number("seconds", 600)));
  ::setpriority(PRIO_PROCESS, 0, -20);

  const auto request = given.file("request");
  const auto parse = parser_for(request);
  const std::chrono::microseconds interval{given.number("every_us", 500)};
  const int socket = connect_to(static_cast<std::uint16_t>(given.number("port", 0)));
  const timeval response_timeout{.tv_sec = 60, .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &response_timeout, sizeof response_timeout);
  latencies pauses;
  std::size_t sent = 0, failures = 0;
  while (is_stopped == 0) {
    const auto began = steady_clock::now();
    ++sent;
    const bool is_ok = exchange(socket, request, parse);
    pauses.add(std::chrono::duration<double, std::micro>(steady_clock::now() - began).count());
    if (!is_ok) {
      ++failures;
      break;
    }
    std::this_thread::sleep_until(began + interval);
  }
  std::printf(
      "{\"requests\": %zu, \"failures\": %zu, \"p50_us\": %.0f, \"p99_us\": %.0f, "
      "\"longest_us\": %.0f}\n",
      sent, failures, pauses.percentile(0.5), pauses.percentile(0.99), pauses.percentile(1));
}
