// How event streams end, and what they may take.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/faults.hpp"
#include "tests/server/support/issued_token.hpp"
#include "tests/server/support/sanitized.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/event_client.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

using namespace support;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

const std::string hits = "/v1/counters/hits/events";

/// The time after so many seconds, as --expires takes it.
std::string in_seconds(int seconds) {
  const auto then = std::time(nullptr) + seconds;
  std::tm utc{};
  gmtime_r(&then, &utc);
  char text[] = "2000-01-01T00:00:00Z";
  REQUIRE(std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0);
  return text;
}

/// A command that runs another one in a network of its own, which has a loopback device only.
words in_own_network() {
  words command{"unshare"};
  if (geteuid() != 0)
    command.push_back("--map-root-user");
  command.insert(command.end(), {"--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"});
  return command;
}

/// Runs a command in the network of a process.
words in_network_of(const process& other, const words& command) {
  words result{"nsenter", "--target", std::to_string(other.id()), "--net"};
  if (geteuid() != 0)
    result.insert(result.end(), {"--user", "--preserve-credentials"});
  result.insert(result.end(), command.begin(), command.end());
  return result;
}

std::string streams_of(client& connection) {
  const auto body = connection.ask(get_request("/metrics")).body;
  const std::string name = "\ncounterd_streams ";
  const auto begin = body.find(name) + name.size();
  return body.substr(begin, body.find('\n', begin) - begin);
}

/// Counts until no stream is open any more. Returns false if one still is.
bool counts_until_streams_end(client& connection) {
  for (const auto end = steady_clock::now() + 20s; steady_clock::now() < end;) {
    if (streams_of(connection) == "0")
      return true;
    for (int i = 0; i < 100; ++i)
      CHECK(connection.ask(get_request("/inc?name=hits")).body == "ok\n");
  }
  return false;
}

/// A server with one stream, whose client vanishes.
struct vanishing_client {
  vanishing_client() {
    const auto address = server.addresses().at(0);
    curl.emplace(in_network_of(server, {"curl", "-sN", "http://" + address + hits}));
    for (const auto end = steady_clock::now() + 20s;
         streams_of(other) != "1" && steady_clock::now() < end;)
      std::this_thread::sleep_for(50ms);
    REQUIRE(streams_of(other) == "1");
  }

  /// From now on no packet arrives, not even the one that would end the connection.
  void vanish() {
    process cut{in_network_of(server, {"ip", "link", "set", "lo", "down"})};
    REQUIRE(cut.wait().exit_code == 0);
  }

  temporary_directory disk;
  server_process server{
      {"--write-timeout", "1s"},
      {.listen = {"127.0.0.1:0", "unix:" + (disk / "socket")}, .runner = in_own_network()}};
  client other{"unix:" + (disk / "socket")};
  std::optional<process> curl;
};

}  // namespace

TEST_CASE("a stream whose client has vanished ends") {
  vanishing_client one;
  one.vanish();
  CHECK(counts_until_streams_end(one.other));
}

TEST_CASE("a stream whose client has vanished ends also if there is nothing to tell") {
  vanishing_client one;
  one.vanish();
  // A few pings that nobody acknowledges.
  for (const auto end = steady_clock::now() + 90s;
       streams_of(one.other) != "0" && steady_clock::now() < end;)
    std::this_thread::sleep_for(500ms);
  CHECK(streams_of(one.other) == "0");
}

TEST_CASE("a stream whose client reads slowly goes on") {
  const server_process server{{"--write-timeout", "3s", "--events-interval", "1ms"}};
  client connection{server.port()};
  client slow{server.port(), 4096};
  slow.send(get_request(hits));
  std::size_t read = 0;
  for (const auto end = steady_clock::now() + 8s; steady_clock::now() < end;) {
    for (int i = 0; i < 10; ++i)
      connection.ask(get_request("/inc?name=hits"));
    read += slow.read_through("\n").size();
    std::this_thread::sleep_for(20ms);
  }
  CHECK(read > 0);
  CHECK(streams_of(connection) == "1");
}

TEST_CASE("a stream whose client reads no more ends") {
  const server_process server{{"--write-timeout", "1s", "--events-interval", "1ms"}};
  client connection{server.port()};
  client stalled{server.port(), 2048};
  stalled.send(get_request(hits));
  stalled.is_readable(20'000);
  CHECK(streams_of(connection) == "1");
  CHECK(counts_until_streams_end(connection));
}

TEST_CASE("a stream ends when the server stops, and says when to come back") {
  server_process server;
  {
    event_client stream{server.port(), hits};
    CHECK(stream.next_change().type == "gone");
    server.signal(SIGTERM);
    const auto end = stream.connection().read_to_end();
    CHECK(end.starts_with("retry: "));
    CHECK(end.ends_with("\n\n"));
  }
  CHECK(server.wait().exit_code == 0);
}

TEST_CASE("a stream that begins while the server stops ends at once") {
  server_process server;
  client idle{server.port()};
  CHECK(idle.ask(get_request("/inc?name=hits")).body == "ok\n");
  server.signal(SIGTERM);
  server.wait_for_log("stopping on SIGTERM");
  idle.send(get_request(hits));
  const auto told = idle.read_to_end();
  // Or it came too late.
  CHECK((told.empty() || told.ends_with("\n\n")));
  const auto ended = server.wait();
  CHECK(ended.exit_code == 0);
  CHECK(ended.log.find("did not end in time") == std::string::npos);
}

TEST_CASE("streams whose clients are asleep do not hold up a stop") {
  server_process server;
  std::vector<std::unique_ptr<event_client>> asleep;
  for (int i = 0; i < 100; ++i)
    asleep.push_back(std::make_unique<event_client>(server.port(), hits));
  const auto ended = server.stop();
  CHECK(ended.exit_code == 0);
  CHECK(ended.log.find("did not end in time") == std::string::npos);
}

TEST_CASE("a client that sends no more after a stream gets the responses before it") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const server_process server{stored_in(disk / "data"), injectable()};
  const fault slow{server, "fdatasync:delay_enter=300000"};
  for (int i = 1; i <= 3; ++i) {
    client connection{server.port()};
    connection.send(get_request("/inc?name=x") + get_request("/get?name=x") + get_request(hits));
    connection.half_close();
    CHECK(connection.read_answer().body == "ok\n");
    CHECK(connection.read_answer().body == "x: " + std::to_string(i) + "\n");
    CHECK(connection.read_to_end().starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_CASE("a stream whose client has gone ends, and another one takes its place") {
  const server_process server{{"--max-streams", "1"}};
  for (const std::string how : {"ended", "half closed", "reset"}) {
    CAPTURE(how);
    auto gone = std::make_unique<event_client>(server.port(), hits);
    CHECK(gone->next_change().type == "gone");
    if (how == "half closed")
      gone->connection().half_close();
    else if (how == "reset")
      gone->connection().reset();
    else
      gone.reset();
    std::string type = "busy";
    const auto end = steady_clock::now() + 20s;
    while (type == "busy" && steady_clock::now() < end) {
      event_client next{server.port(), hits, "Accept: text/event-stream\r\n"};
      type = next.next_change().type;
    }
    CHECK(type == "gone");
  }
}

TEST_CASE("more streams than there may be are sent away") {
  const server_process server{{"--max-streams", "2", "--max-watched", "4"}};
  event_client first{server.port(), "/v1/events?names=a,b,c"};
  CHECK(first.next_change().type == "gone");
  for (const std::string target : {"/v1/events?names=a,b", "/v1/events?names=d,e"}) {
    event_client busy{server.port(), target, "Accept: text/event-stream\r\n"};
    const auto retry = std::stoi(busy.next().retry);
    CHECK(retry >= 15'000);
    CHECK(retry <= 45'000);
    CHECK(busy.next().type == "busy");
    CHECK(busy.connection().read_to_end() == "");
    const auto refused = get(server.port(), target);
    CHECK(defect_of_problem(refused, 503, "overloaded") == "");
    CHECK(refused.has("Retry-After"));
  }
  event_client second{server.port(), hits};
  CHECK(second.next_change().type == "gone");
  CHECK(get(server.port(), hits).status == 503);
}

TEST_CASE("streams that nobody reads take little memory, and tell the latest when they are read") {
  server_process server{{"--write-timeout", "60s", "--events-interval", "1ms"}};
  client connection{server.port()};
  std::vector<std::unique_ptr<client>> stalled;
  for (int i = 0; i < 200; ++i) {
    stalled.push_back(std::make_unique<client>(server.port(), 2048));
    stalled.back()->send(get_request(hits));
    stalled.back()->is_readable(20'000);
  }
  const auto before = server.resident_bytes();
  // More than the buffers of both sides hold.
  for (int i = 0; i < 20'000; ++i)
    connection.ask(get_request("/inc?name=hits"));
  CHECK((is_sanitized || server.resident_bytes() < before + 8 * 1024 * 1024));
  auto& late = *stalled.front();
  std::string last;
  while (last.find("\"value\":20000,") == last.npos)
    last = late.read_through("\n");
  CHECK(connection.ask(get_request("/get?name=hits")).body == "hits: 20000\n");
}

TEST_CASE(
    "requests pipelined before a stream are answered, and those behind it are not carried out") {
  const server_process server;
  client connection{server.port()};
  connection.send(get_request("/inc?name=hits") + get_request(hits) +
                  get_request("/inc?name=hits"));
  CHECK(connection.read_answer().body == "ok\n");
  CHECK(connection.read_through("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(connection.read_through("\n\n").starts_with("retry: "));
  CHECK(connection.read_through("\n\n").find("\"value\":1,") != std::string::npos);
  CHECK(get(server.port(), "/get?name=hits").body == "hits: 1\n");
}

TEST_CASE("a stream tells only what its token may read") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto shop = issue_token(file, "shop", {"--scopes", "read,add", "--prefix", "shop/"});
  const auto counts = issue_token(file, "counts", {"--scopes", "add"});
  const server_process server{{"--tokens", file}};
  client connection{server.port()};
  const auto status = [&](const std::string& target, const std::string& fields) {
    return connection.ask(request("GET", target, fields)).status;
  };
  CHECK(status(hits, {}) == 401);
  CHECK(status(hits, bearer(shop)) == 403);
  CHECK(status("/v1/counters/shop%2Fa/events", bearer(counts)) == 403);
  CHECK(status("/v1/events?names=shop/a,hits", bearer(shop)) == 403);
  event_client stream{server.port(), "/v1/events?names=shop/a,shop/b", bearer(shop)};
  CHECK(stream.next_change().type == "gone");
  CHECK(stream.next_change().type == "gone");
  connection.ask(request("GET", "/inc?name=shop/b", bearer(shop)));
  CHECK(value_of(stream.next_change()) == 1);
}

TEST_CASE("a stream ends when its token is revoked, and others come back") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto leaves = issue_token(file, "leaves", {"--scopes", "read"});
  const auto stays = issue_token(file, "stays", {"--scopes", "all"});
  server_process server{{"--tokens", file, "--threads", "2"}};
  event_client ended{server.port(), hits, bearer(leaves)};
  event_client other{server.port(), hits, bearer(stays)};
  CHECK(ended.next_change().type == "gone");
  CHECK(other.next_change().type == "gone");
  REQUIRE(process{counterd({"token", "revoke", "leaves", "--tokens", file})}.wait().exit_code == 0);
  server.signal(SIGHUP);
  // Until the client comes back it is told nothing, whatever is counted meanwhile.
  CHECK(ended.next().retry != "");
  CHECK(ended.connection().read_to_end() == "");
  CHECK(other.next().retry != "");
  CHECK(other.connection().read_to_end() == "");
  CHECK(client{server.port()}.ask(request("GET", hits, bearer(leaves))).status == 401);
  event_client again{server.port(), hits, bearer(stays)};
  CHECK(again.next_change().type == "gone");
}

TEST_CASE("a stream ends when its token expires, also if it always has something to tell") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto lasts = issue_token(file, "lasts", {"--scopes", "all"});
  const auto ends = issue_token(file, "ends", {"--scopes", "read", "--expires", in_seconds(6)});
  const server_process server{{"--tokens", file}};
  event_client busy{server.port(), hits, bearer(ends)};
  event_client quiet{server.port(), "/v1/counters/quiet/events", bearer(ends)};
  client connection{server.port()};
  CHECK(busy.next_change().type == "gone");
  for (event told; told.retry.empty(); told = busy.next())
    connection.ask(request("GET", "/inc?name=hits", bearer(lasts)));
  CHECK(busy.connection().read_to_end() == "");
  CHECK(quiet.next_change().type == "gone");
  CHECK(quiet.next().retry != "");
  CHECK(quiet.connection().read_to_end() == "");
}

TEST_CASE("a client that did not read until its token expired is told nothing newer") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto lasts = issue_token(file, "lasts", {"--scopes", "all"});
  const auto ends = issue_token(file, "ends", {"--scopes", "read", "--expires", in_seconds(5)});
  const server_process server{
      {"--tokens", file, "--events-interval", "1ms", "--write-timeout", "60s"}};
  std::string names;
  std::string operations;
  for (int i = 0; i < 30; ++i) {
    const auto name = std::to_string(100 + i) + std::string(250, 'n');
    names += (i > 0 ? "," : "") + name;
    operations += std::string{i > 0 ? "," : ""} + R"({"op":"add","name":")" + name + "\"}";
  }
  client stream{server.port(), 2048};
  stream.send(request("GET", "/v1/events?names=" + names, bearer(ends)));
  client connection{server.port()};
  // Until its buffers are full and the token has expired.
  std::int64_t value = 0;
  while (connection.ask(request("GET", "/get?name=x", bearer(ends))).status != 401) {
    ++value;
    connection.ask(batch_of(operations, bearer(lasts)));
  }
  constexpr int more = 100;
  for (int i = 0; i < more; ++i)
    connection.ask(batch_of(operations, bearer(lasts)));
  const auto told = stream.read_to_end();
  CHECK(told.ends_with("\n\n"));
  CHECK(told.rfind("\nretry: ") > told.rfind("\ndata: "));
  CHECK(told.find("\"value\":" + std::to_string(value + more) + ",") == told.npos);
}

TEST_CASE("a stream that has nothing to tell shows that it lives") {
  const server_process server;
  event_client stream{server.port(), hits};
  CHECK(stream.next_change().type == "gone");
  for (int i = 0; i < 2; ++i) {
    const auto ping = stream.next();
    CHECK(ping.type == "ping");
    CHECK(ping.data == "");
    CHECK(ping.id == "");
  }
}

TEST_CASE("a stream of a read-only server tells what is there") {
  const temporary_directory disk;
  const auto data = disk / "data";
  CHECK(get(server_process{{"--data", data}}.port(), "/set?name=hits&val=7").status == 200);
  const server_process server{{"--data", data, "--read-only"}};
  event_client stream{server.port(), hits};
  CHECK(value_of(stream.next_change()) == 7);
}
