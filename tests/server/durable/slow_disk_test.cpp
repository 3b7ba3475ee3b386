// A slow disk delays the requests that need it, and no others.

#include "tests/paths.hpp"
#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/faults.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/batch_support.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

using namespace support;

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds sync_takes{2000};
const std::string slow_sync = "fdatasync:delay_enter=2000000";  // in microseconds
constexpr milliseconds at_once{200};

milliseconds since(steady_clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
}

/// Sets `reply`, and returns how long it took.
milliseconds time_of(client& connection, const std::string& request, answer& reply) {
  const auto begin = steady_clock::now();
  reply = connection.ask(request);
  return since(begin);
}

}  // namespace

TEST_CASE("a slow disk delays changes, and replies that need no disk come at once") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  // One event loop, which must not wait, and so many shards that hardly any other counter
  // shares one with `x`.
  const server_process server{stored_in(disk / "data", {"--threads", "1", "--shards", "32"}),
                              injectable()};
  client other{server.port()};
  constexpr int others = 10;
  for (int i = 0; i < others; ++i)
    REQUIRE(other.ask(get_request("/inc?name=r" + std::to_string(i))).body == "ok\n");
  REQUIRE(other.ask(get_request("/inc?name=x")).body == "ok\n");
  const fault slow{server, slow_sync};
  const auto begin = steady_clock::now();
  client writer{server.port()}, reader{server.port()};
  writer.send(request("POST", counter_path("x")));
  // Until the change is in the shard's mailbox, so that the read comes after it.
  while (!writer.is_readable(1) && since(begin) < milliseconds{50}) {
  }
  reader.send(get_request("/get?name=x"));

  answer reply;
  CHECK(time_of(other, get_request("/v1/info"), reply) < at_once);
  CHECK(reply.status == 200);
  CHECK(time_of(other, request("POST", counter_path("x", "delta=1e3")), reply) < at_once);
  CHECK(reply.status == 400);
  CHECK(time_of(other, get_request("/nowhere"), reply) < at_once);
  CHECK(reply.status == 404);
  CHECK(time_of(other, get_request("/v1/counters"), reply) < at_once);
  CHECK(reply.status == 200);
  std::vector<client> readers;
  for (int i = 0; i < others; ++i) {
    readers.emplace_back(server.port());
    readers.back().send(get_request("/get?name=r" + std::to_string(i)));
  }
  int answered = 0;
  const auto asked = steady_clock::now();
  for (const auto& pending : readers)
    answered += pending.is_readable(static_cast<int>(at_once.count())) ? 1 : 0;
  CHECK(since(asked) < sync_takes / 2);
  CHECK(answered > others / 2);
  CHECK(since(begin) < sync_takes);

  // No reply has what a crash could take back.
  CHECK_FALSE(writer.is_readable(0));
  CHECK_FALSE(reader.is_readable(0));
  CHECK(integer_at(object_of(writer.read_answer()), "value") == 2);
  CHECK(since(begin) >= sync_takes);
  CHECK(reader.read_answer().body == "x: 2\n");
  CHECK(since(begin) >= sync_takes);
}

TEST_CASE("changes that arrive during a sync share the next one") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const server_process server{stored_in(disk / "data"), injectable()};
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
  // Two or three syncs, not fifty.
  CHECK(since(begin) < milliseconds{300} * writers / 5);
  CHECK(get(server.port(), "/get?name=x").body == "x: 50\n");
}

TEST_CASE("a disk that becomes slow under large batches refuses nobody") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const server_process server{stored_in(disk / "data"), injectable()};
  const auto batch = batch_of(repeated(R"({"op":"add","name":"%"})", 1000));
  std::vector<client> clients;
  for (int i = 0; i < 16; ++i)
    clients.emplace_back(server.port());
  const auto send_batches = [&](int rounds) {
    for (int round = 0; round < rounds; ++round) {
      for (auto& one : clients)
        one.send(batch);
      for (auto& one : clients)
        CHECK(one.read_answer().status == 200);
    }
  };
  send_batches(10);
  const fault slow{server, "fdatasync:delay_enter=400000"};
  send_batches(5);
  for (auto& one : clients)
    one.send(get_request("/inc?name=x"));
  for (auto& one : clients)
    CHECK(one.read_answer().body == "ok\n");
  const auto numbers = get(server.port(), "/metrics").body;
  CHECK(numbers.find("counterd_shard_queue_limit_operations{shard=\"0\"} 65536\n") != numbers.npos);
}

TEST_CASE("a server with a slow disk completes pending changes before it stops") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    server_process server{stored_in(data), injectable()};
    const fault slow{server, "fdatasync:delay_enter=500000"};
    client writer{server.port()};
    writer.send(get_request("/inc?name=x"));
    const auto begin = steady_clock::now();
    while (!writer.is_readable(1) && since(begin) < milliseconds{50}) {
    }
    server.signal(15);
    const auto reply = writer.read_answer();
    CHECK(reply.body == "ok\n");
    CHECK(reply.field("Connection") == "close");
    CHECK(server.wait().exit_code == 0);
  }
  const server_process next{stored_in(data)};
  CHECK(get(next.port(), "/get?name=x").body == "x: 1\n");
}

#ifdef SLOW_SYNC_LIBRARY
TEST_CASE("a server whose disk does not answer stops within five seconds and loses nothing") {
  for (const std::string sync : {"always", "interval"}) {
    CAPTURE(sync);
    const temporary_directory disk;
    const auto data = disk / "data", file = disk / "slow";
    {
      server_process server{stored_in(data, {"--sync", sync, "--shards", "2"}),
                            {.environment = {"LD_PRELOAD=" SLOW_SYNC_LIBRARY,
                                             "SLOW_SYNC_SECONDS=15", "SLOW_SYNC_FILE=" + file}}};
      for (int i = 0; i < 20; ++i)
        REQUIRE(get(server.port(), "/inc?name=x").body == "ok\n");
      std::ofstream{file} << "slow";
      client writer{server.port()};
      writer.send(get_request("/inc?name=x"));
      CHECK(writer.is_readable(300) == (sync == "interval"));
      const auto begin = steady_clock::now();
      server.signal(SIGTERM);
      server.wait_for_log("the server does not finish in time");
      CHECK(since(begin) < milliseconds{5'000});
      // The kernel ends the process, which takes longer while other tests keep the disk busy.
      CHECK(server.wait().exit_code == 0);
      CHECK(since(begin) < milliseconds{10'000});
    }
    const server_process next{stored_in(data)};
    const auto left = get(next.port(), "/get?name=x").body;
    CAPTURE(left);
    CHECK((left == "x: 21\n" || (sync == "always" && left == "x: 20\n")));
  }
}
#endif
