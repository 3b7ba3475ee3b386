// A start that cannot be completed ends at once, with one line; and so does one that is told
// to stop.

#include "tests/paths.hpp"
#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/faults.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/sanitized.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <unistd.h>

using namespace support;

namespace {

/// Counts the lines, apart from the news that a slow disk took long to open.
long lines_of_failure(const std::string& log) {
  const auto lines = std::count(log.begin(), log.end(), '\n');
  return log.find(" opened in ") == log.npos ? lines : lines - 1;
}

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::chrono::seconds at_most{2};

words command_of(const words& runner, const words& flags) {
  auto command = runner;
  const auto server = counterd({"--listen", "127.0.0.1:0"});
  command.insert(command.end(), server.begin(), server.end());
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

/// Returns a runner as a user who may have `processes` of them, threads included. setpriv comes
/// last, because it may still enter a directory of root's that has the program.
words user_with(const std::string& processes) {
  return {"prlimit",       "--nproc=" + processes, "--", "setpriv", "--reuid=64321",
          "--regid=64321", "--clear-groups",       "--"};
}

void check_refused_in_one_line(const words& runner, const words& flags, const std::string& reason) {
  CAPTURE(runner);
  CAPTURE(flags);
  const auto begin = steady_clock::now();
  const auto ended = process{command_of(runner, flags)}.wait();
  CAPTURE(ended.log);
  CHECK(steady_clock::now() - begin < at_most);
  CHECK(ended.exit_code == 1);
  CHECK(ended.output == "");
  CHECK(ended.log.starts_with("counterd: "));
  CHECK(lines_of_failure(ended.log) == 1);
  CHECK(ended.log.find(reason) != ended.log.npos);
}

}  // namespace

TEST_CASE("a start that is refused threads ends in time with one line and does not listen") {
  if (geteuid() != 0 || support::is_sanitized) {
    MESSAGE("needs root, to run the server as a user without other processes: not tested");
    return;
  }
  const temporary_directory disk;
  fs::permissions(disk.path(), fs::perms::all);
  const auto data = disk / "data";
  for (const std::string most : {"2", "5", "12"}) {
    const auto plain_user = user_with(most);
    check_refused_in_one_line(plain_user, {"--threads", "1", "--shards", "8", "--data", data},
                              "ulimit -u");
    check_refused_in_one_line(plain_user, {"--threads", "300"}, "ulimit -u");
  }
  // Enough for one shard and one loop.
  server_process server{{"--threads", "1", "--data", data}, {.runner = user_with("40")}};
  CHECK(get(server.port(), "/inc?name=x").body == "ok\n");
  CHECK(server.stop().exit_code == 0);
}

TEST_CASE("a start without enough memory ends in time with one line") {
  if (support::is_sanitized)
    return;
  const temporary_directory disk;
  check_refused_in_one_line({"prlimit", "--as=200000000", "--"},
                            {"--threads", "40", "--shards", "40", "--data", disk / "data"}, "");
  check_refused_in_one_line({"prlimit", "--as=200000000", "--"}, {"--threads", "300"}, "ulimit -v");
}

#ifdef REFUSED_CALLS_LIBRARY
TEST_CASE("a start that is refused memory anywhere ends in time with one line") {
  const temporary_directory disk;
  for (const bool is_durable : {false, true}) {
    bool listens = false;
    int refused = 0;
    for (int number = 0; !listens; number += 1 + number / 6) {
      CAPTURE(is_durable);
      CAPTURE(number);
      words flags{"--threads", "2", "--shards", "3"};
      if (is_durable)
        flags.insert(flags.end(), {"--data", disk / ("data" + std::to_string(number))});
      process server{command_of({}, flags),
                     {.environment = {"LD_PRELOAD=" REFUSED_CALLS_LIBRARY,
                                      "REFUSED_MEMORY_AFTER=" + std::to_string(number)}}};
      const auto begin = steady_clock::now();
      try {
        server.wait_for_log("started");
        break;
      } catch (const std::exception&) {  // it has ended
      }
      CHECK(steady_clock::now() - begin < at_most);
      const auto ended = server.wait();
      CAPTURE(ended.log);
      listens = ended.output.find("listening on") != ended.output.npos;
      if (listens)
        break;
      ++refused;
      CHECK(ended.exit_code == 1);
      CHECK(ended.output == "");
      CHECK(ended.log.starts_with("counterd: "));
      CHECK(lines_of_failure(ended.log) == 1);
    }
    MESSAGE(refused << " starts refused");
    CHECK(refused > 10);
  }
}

TEST_CASE("a start that is refused any thread ends in time or listens") {
  const temporary_directory disk;
  int refused = 0, listening = 0;
  // The threads of the first start, each of which is refused once. The question for all
  // threads is a part of them.
  for (int number = 1; number <= 60; number += number < 24 ? 6 : 1) {
    CAPTURE(number);
    const auto command = command_of({}, {"--threads", "2", "--shards", "3", "--data",
                                         disk / ("data" + std::to_string(number))});
    process server{command,
                   {.environment = {"LD_PRELOAD=" REFUSED_CALLS_LIBRARY,
                                    "REFUSED_THREAD=" + std::to_string(number)}}};
    const auto begin = steady_clock::now();
    const auto listens = [&] {
      try {
        server.wait_for_log("started");
        return true;
      } catch (const std::exception&) {
        return false;
      }
    }();
    CHECK(steady_clock::now() - begin < 3 * at_most);
    if (listens)
      server.signal(SIGTERM);
    const auto ended = server.wait();
    CAPTURE(ended.log);
    CHECK(ended.exit_code == (listens ? 0 : 1));
    CHECK((ended.output.find("listening on") != ended.output.npos) == listens);
    if (!listens) {
      CHECK(lines_of_failure(ended.log) == 1);
      CHECK(ended.log.find("ulimit -u") != ended.log.npos);
    }
    ++(listens ? listening : refused);
  }
  MESSAGE(refused << " starts refused, " << listening << " completed");
  CHECK(refused > 0);
  CHECK(listening > 0);
}
#endif

TEST_CASE("a start outlives a SIGHUP that arrives before anything waits for it") {
  if (!can_inject())
    return;
  // While the flags are parsed.
  server_process server{{}, injected("sched_getaffinity:signal=SIGHUP:when=1")};
  CHECK(get(server.port(), "/inc?name=x").body == "ok\n");
  CHECK(server.stop().exit_code == 0);
}

#ifdef SLOW_SYNC_LIBRARY
TEST_CASE("SIGTERM ends a start that waits for its disk") {
  for (const int signal : {SIGTERM, SIGINT}) {
    const temporary_directory disk;
    const auto data = disk / "data", file = disk / "slow";
    std::ofstream{file} << "slow";
    process server{command_of({}, {"--data", data}),
                   {.environment = {"LD_PRELOAD=" SLOW_SYNC_LIBRARY, "SLOW_SYNC_SECONDS=15",
                                    "SLOW_SYNC_FILE=" + file}}};
    // It syncs the entry of the directory.
    const auto end = steady_clock::now() + std::chrono::seconds{10};
    while (!fs::exists(data) && steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    const auto begin = steady_clock::now();
    server.signal(signal);
    const auto ended = server.wait();
    CAPTURE(ended.log);
    CHECK(steady_clock::now() - begin < at_most);
    CHECK(ended.exit_code == 0);
    CHECK(ended.output == "");
    CHECK(ended.log.find("before the start is complete") != ended.log.npos);
    const server_process next{stored_in(data)};
    CHECK(get(next.port(), "/inc?name=x").body == "ok\n");
  }
}
#endif
