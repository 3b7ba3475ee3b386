// Servers whose own memory is limited (ulimit -v, ulimit -d).

#include "tests/server/support/client.hpp"
#include "tests/server/support/sanitized.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/batch_support.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <exception>
#include <string>

using namespace support;

namespace {

/// Creates a thousand counters with long names. Returns true if there was room for all.
bool create_thousand(client& connection, int number) {
  std::string body;
  for (int i = 0; i < 1000; ++i)
    body += std::string{body.empty() ? "" : ","} + R"({"op":"add","name":")" +
            std::to_string(number * 1000 + i) + std::string(240, 'n') + R"("})";
  const auto reply = connection.ask(batch_of(body));
  REQUIRE(reply.status == 200);
  return reply.body.find("\"status\":507") == reply.body.npos;
}

}  // namespace

TEST_CASE("a server with little memory of its own refuses new counters and goes on") {
  if (support::is_sanitized)
    return;
  for (const std::string limit : {"--as=314572800", "--data=209715200"}) {
    CAPTURE(limit);
    server_process server{{"--threads", "1"}, {.runner = {"prlimit", limit, "--"}}};
    client connection{server.port()};
    int number = 0;
    while (number < 2000 && create_thousand(connection, number))
      ++number;
    CHECK(number > 10);
    CHECK(number < 2000);
    CHECK(connection.ask(get_request("/v1/counters?limit=1000")).status == 200);
    CHECK(connection.ask(get_request("/get?name=0" + std::string(240, 'n'))).status == 200);
    CHECK(server.stop().exit_code == 0);
  }
}

TEST_CASE("a durable server with little memory of its own stores more counters than it holds") {
  if (support::is_sanitized)
    return;
  const temporary_directory disk;
  server_process server{{"--threads", "1", "--data", disk / "data"},
                        {.runner = {"prlimit", "--as=524288000", "--"}}};
  client connection{server.port()};
  for (int number = 0; number < 150; ++number)
    REQUIRE(create_thousand(connection, number));
  CHECK(connection.ask(get_request("/v1/counters?limit=1000")).status == 200);
  CHECK(server.stop().exit_code == 0);
}

TEST_CASE("a server whose memory exceeds its limit warns at the start, and says why it ends") {
  if (support::is_sanitized)
    return;
  server_process server{{"--threads", "1", "--memory", "4G"},
                        {.runner = {"prlimit", "--as=209715200", "--"}}};
  server.wait_for_log("warning --memory 4G is more than half of the ");
  client connection{server.port()};
  int number = 0;
  try {
    while (number < 2000 && create_thousand(connection, number))
      ++number;
  } catch (const std::exception&) {  // the connection has ended
  }
  CHECK(number > 10);
  CHECK(number < 2000);
  const auto ended = server.wait();
  CHECK(ended.signal == SIGABRT);
  CHECK(ended.log.find("critical ending: no memory is left") != ended.log.npos);
}
