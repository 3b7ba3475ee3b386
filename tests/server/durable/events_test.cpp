// An event stream tells nothing that a crash could take back.

#include "tests/paths.hpp"
#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/faults.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/event_client.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

using namespace support;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

const std::string events = counter_path("x") + "/events";

}  // namespace

TEST_CASE("a change is told when it is on the disk, and not before") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const server_process server{stored_in(disk / "data", {"--threads", "2"}), injectable()};
  client writer{server.port()};
  REQUIRE(writer.ask(get_request("/inc?name=x")).body == "ok\n");
  event_client before{server.port(), events};
  CHECK(value_of(before.next_change()) == 1);
  const fault slow{server, "fdatasync:delay_enter=3000000"};  // in microseconds
  const auto begin = steady_clock::now();
  writer.send(get_request("/inc?name=x"));
  // A stream that begins meanwhile waits, too.
  event_client during{server.port(), events};
  const bool is_told = before.connection().is_readable(1'500);
  CHECK((!is_told || steady_clock::now() - begin > 3s));
  CHECK(writer.read_answer().body == "ok\n");
  CHECK(value_of(before.next_change()) == 2);
  auto told = during.next_change();
  if (value_of(told) == 1)  // its read came before the change
    told = during.next_change();
  CHECK(value_of(told) == 2);
}

TEST_CASE("a change that the disk fails to store is never told") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  server_process server{stored_in(disk / "data"), injectable()};
  client writer{server.port()};
  REQUIRE(writer.ask(get_request("/inc?name=x")).body == "ok\n");
  event_client stream{server.port(), events};
  CHECK(value_of(stream.next_change()) == 1);
  const fault broken{server, "fdatasync:error=EIO"};
  writer.send(get_request("/inc?name=x"));
  CHECK(server.wait().exit_code == 1);
  const auto rest = stream.connection().read_to_end();
  CHECK(rest.find("data:") == rest.npos);
}

#ifdef SLOW_SYNC_LIBRARY
TEST_CASE("a counter that expires while a slow disk holds up a stop does not hold it up further") {
  const temporary_directory disk;
  const auto file = disk / "slow";
  server_process server{stored_in(disk / "data", {"--threads", "1"}),
                        {.environment = {"LD_PRELOAD=" SLOW_SYNC_LIBRARY, "SLOW_SYNC_SECONDS=2",
                                         "SLOW_SYNC_FILE=" + file}}};
  client connection{server.port()};
  for (int i = 0; i < 8; ++i)
    connection.ask(request("POST", counter_path("y" + std::to_string(i), "ttl=1")));
  std::ofstream{file} << "slow";
  // Its session waits for the disk, and then is closed.
  client gone{server.port()};
  gone.send(request("POST", counter_path("x")) +
            get_request("/v1/events?names=y0,y1,y2,y3,y4,y5,y6,y7"));
  std::this_thread::sleep_for(300ms);
  gone.reset();
  server.signal(SIGTERM);
  std::this_thread::sleep_for(1s);
  std::filesystem::remove(file);
  const auto ended = server.wait();
  CHECK(ended.exit_code == 0);
  CHECK(ended.log.find("does not finish in time") == std::string::npos);
}
#endif

TEST_CASE("a client of a killed server comes back, and is told what it has missed") {
  const temporary_directory disk;
  const auto flags = stored_in(disk / "data");
  auto server = std::make_unique<server_process>(flags);
  client{server->port()}.ask(get_request("/inc?name=x"));
  std::string id;
  {
    event_client stream{server->port(), events};
    id = stream.next_change().id;
  }
  server->signal(SIGKILL);
  server = std::make_unique<server_process>(flags);
  const auto known = "Last-Event-ID: " + id + "\r\n";
  {
    event_client stream{server->port(), events, known};
    CHECK(stream.next().retry != "");
    CHECK_FALSE(stream.connection().is_readable(300));
    client{server->port()}.ask(get_request("/inc?name=x"));
    CHECK(value_of(stream.next()) == 2);
  }
  server->signal(SIGKILL);
  server = std::make_unique<server_process>(flags);
  event_client stream{server->port(), events, known};
  CHECK(value_of(stream.next_change()) == 2);
}
