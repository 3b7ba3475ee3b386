#include "tests/paths.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

using namespace support;

TEST_CASE("a batch of pipelined requests costs one read, one write and one wait") {
  const char* const preload = "LD_PRELOAD=" COUNT_CALLS_LIBRARY;
  server_process server{{"--threads", "1"}, {.environment = {preload}}};
  constexpr long rounds = 200, depth = 32;
  std::string requests;
  for (int i = 0; i < depth; ++i)
    requests += get_request("/inc?name=x");
  client connection{server.port()};
  for (int i = 0; i < rounds; ++i) {
    connection.send(requests);
    for (int j = 0; j < depth; ++j)
      REQUIRE(connection.read_answer().body == "ok\n");
  }
  const auto ended = server.stop();
  CAPTURE(ended.log);
  long sends = 0, recvs = 0, waits = 0, controls = 0, timers = 0;
  const auto report = ended.log.find("calls: ");
  REQUIRE(report != std::string::npos);
  REQUIRE(std::sscanf(ended.log.c_str() + report,
                      "calls: send=%ld recv=%ld epoll_wait=%ld epoll_ctl=%ld timerfd_settime=%ld",
                      &sends, &recvs, &waits, &controls, &timers) == 5);
  constexpr long start_and_stop = 30;
  CHECK(sends >= rounds);
  CHECK(sends <= rounds + start_and_stop);
  CHECK(recvs <= rounds + start_and_stop);
  CHECK(waits <= rounds + start_and_stop);
  CHECK(controls <= start_and_stop);
  CHECK(timers <= start_and_stop);
}
