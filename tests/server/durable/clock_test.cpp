// The wall clock is set while a server runs, and between two runs.

#include "tests/paths.hpp"

#ifdef SHIFTED_CLOCK_LIBRARY

#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

using namespace support;

namespace {

constexpr long hour = 3600, day = 24 * hour;

setting shifted(long seconds, const std::string& file = {}) {
  words environment{"LD_PRELOAD=" SHIFTED_CLOCK_LIBRARY,
                    "SHIFTED_CLOCK_SECONDS=" + std::to_string(seconds)};
  if (!file.empty())
    environment.push_back("SHIFTED_CLOCK_FILE=" + file);
  return {.environment = environment};
}

std::time_t parsed(const std::string& text, const char* format) {
  std::tm time{};
  REQUIRE(strptime(text.c_str(), format, &time) != nullptr);
  return timegm(&time);
}

/// From the Date of the response until the counter in it expires, in seconds.
long until_expiry(const answer& reply) {
  const auto expires_at = text_at(object_of(reply), "expires_at");
  return parsed(expires_at, "%Y-%m-%dT%H:%M:%S") -
         parsed(reply.field("Date"), "%a, %d %b %Y %H:%M:%S GMT");
}

/// Adds 1 to `x` in a server whose clock is shifted, and returns the log of its run.
std::string log_of_run(const std::string& data, long seconds) {
  server_process server{stored_in(data), shifted(seconds)};
  REQUIRE(get(server.port(), "/inc?name=x").body == "ok\n");
  const auto ended = server.stop();
  CHECK(ended.exit_code == 0);
  return ended.log;
}

}  // namespace

TEST_CASE("expires_at agrees with Date when somebody sets the clock") {
  for (const long step : {-hour, hour, 3 * day}) {
    CAPTURE(step);
    const temporary_directory disk;
    const auto file = disk / "is set";
    const server_process server{stored_in(disk / "data"), shifted(step, file)};
    client connection{server.port()};
    const auto post = request("POST", counter_path("x", "ttl=60"));
    CHECK(std::abs(until_expiry(connection.ask(post)) - 60) <= 1);
    std::ofstream{file} << "now";
    CHECK(std::abs(until_expiry(connection.ask(post)) - 60) <= 1);
  }
}

TEST_CASE("a start warns if clock and directory differ by more than a day, either way") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const auto is_silent = [](const std::string& log) {
    return log.find("of the latest change") == log.npos &&
           log.find("behind the latest change") == log.npos;
  };
  CHECK(is_silent(log_of_run(data, 0)));
  CHECK(is_silent(log_of_run(data, 12 * hour)));
  CHECK(is_silent(log_of_run(data, -hour)));
  CHECK(log_of_run(data, 3 * day).find("2.5 days ahead of the latest change") != std::string::npos);
  CHECK(is_silent(log_of_run(data, 3 * day)));
  const auto log = log_of_run(data, -2 * day);
  CAPTURE(log);
  CHECK(log.find("5.0 days behind the latest change") != log.npos);
}

TEST_CASE("expires_at agrees with Date in a directory that was used with a clock of 2099") {
  const temporary_directory disk;
  const auto data = disk / "data";
  log_of_run(data, 73 * 365 * day);
  const server_process server{stored_in(data)};
  client connection{server.port()};
  CHECK(std::abs(until_expiry(connection.ask(request("POST", counter_path("x", "ttl=60")))) - 60) <=
        1);
}

TEST_CASE("the log says when somebody sets the clock by more than a day, in memory too") {
  for (const long step : {-3 * day, 3 * day}) {
    CAPTURE(step);
    const temporary_directory disk;
    const auto file = disk / "is set";
    server_process server{{}, shifted(step, file)};
    server.wait_for_log("started");
    std::ofstream{file} << "now";
    const auto log = server.wait_for_log("somebody has set the clock");
    CHECK(log.find(step > 0 ? "3.0 days ahead of" : "3.0 days behind") != log.npos);
    CHECK(server.stop().exit_code == 0);
  }
}

#endif
