// A disk that takes its time: who waits for it does, and nobody else.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/faults.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace support;

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds sync_takes{2000};
const std::string what = "fdatasync:delay_enter=2000000";  // in microseconds
constexpr milliseconds at_once{200};

milliseconds since(steady_clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
}

/// How long the answer takes; `said` is set to it.
milliseconds time_of(client& connection, const std::string& request, answer& said) {
  const auto begin = steady_clock::now();
  said = connection.ask(request);
  return since(begin);
}

}  // namespace

TEST_CASE("a slow disk keeps changes waiting, and what needs no disk is answered at once") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  // One loop, which must not wait for any of them, and shards enough that
  // hardly any other counter is of the same one.
  const server_process server{kept_in(disk / "data", {"--threads", "1", "--shards", "32"}),
                              injectable()};
  client other{server.port()};
  constexpr int others = 10;
  for (int i = 0; i < others; ++i)
    REQUIRE(other.ask(get_request("/inc?name=r" + std::to_string(i))).body == "ok\n");
  REQUIRE(other.ask(get_request("/inc?name=x")).body == "ok\n");
  const fault slow{server, what};
  const auto begin = steady_clock::now();
  client writer{server.port()}, reader{server.port()};
  writer.send(request("POST", counter_path("x")));
  // Behind the change in the mailbox of the same shard.
  while (!writer.is_readable(1) && since(begin) < milliseconds{50}) {
  }
  reader.send(get_request("/get?name=x"));

  answer said;
  CHECK(time_of(other, get_request("/v1/info"), said) < at_once);
  CHECK(said.status == 200);
  CHECK(time_of(other, request("POST", counter_path("x", "delta=1e3")), said) < at_once);
  CHECK(said.status == 400);
  CHECK(time_of(other, get_request("/nowhere"), said) < at_once);
  CHECK(said.status == 404);
  CHECK(time_of(other, get_request("/v1/counters"), said) < at_once);
  CHECK(said.status == 200);
  std::vector<client> readers;
  for (int i = 0; i < others; ++i) {
    readers.emplace_back(server.port());
    readers.back().send(get_request("/get?name=r" + std::to_string(i)));
  }
  int answered = 0;
  const auto asked = steady_clock::now();
  for (const auto& one : readers)
    answered += one.is_readable(static_cast<int>(at_once.count())) ? 1 : 0;
  CHECK(since(asked) < sync_takes / 2);
  CHECK(answered > others / 2);
  CHECK(since(begin) < sync_takes);

  // Nobody is told what a crash could take back.
  CHECK_FALSE(writer.is_readable(0));
  CHECK_FALSE(reader.is_readable(0));
  CHECK(integer_at(object_of(writer.read_answer()), "value") == 2);
  CHECK(since(begin) >= sync_takes);
  CHECK(reader.read_answer().body == "x: 2\n");
  CHECK(since(begin) >= sync_takes);
}

TEST_CASE("changes that come while the disk is busy share the next sync") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const server_process server{kept_in(disk / "data"), injectable()};
  const fault slow{server, "fdatasync:delay_enter=300000"};
  const auto begin = steady_clock::now();
  constexpr int writers = 50;
  std::vector<client> all;
  for (int i = 0; i < writers; ++i) {
    all.emplace_back(server.port());
    all.back().send(get_request("/inc?name=x"));
  }
  for (auto& one : all)
    CHECK(one.read_answer().body == "ok\n");
  // Two or three syncs, and not fifty.
  CHECK(since(begin) < milliseconds{300} * writers / 5);
  CHECK(get(server.port(), "/get?name=x").body == "x: 50\n");
}

TEST_CASE("a server with a slow disk stops when all is done that was begun") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    server_process server{kept_in(data), injectable()};
    const fault slow{server, "fdatasync:delay_enter=500000"};
    client writer{server.port()};
    writer.send(get_request("/inc?name=x"));
    const auto begin = steady_clock::now();
    while (!writer.is_readable(1) && since(begin) < milliseconds{50}) {
    }
    server.signal(15);
    const auto said = writer.read_answer();
    CHECK(said.body == "ok\n");
    CHECK(said.field("Connection") == "close");
    CHECK(server.wait().exit_code == 0);
  }
  const server_process next{kept_in(data)};
  CHECK(get(next.port(), "/get?name=x").body == "x: 1\n");
}
