// Event streams: what they tell, and when.

#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/event_client.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace support;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

const std::string hits = "/v1/counters/hits/events";

std::string post(const std::string& name, std::string_view query = {}) {
  return request("POST", counter_path(name, query));
}

std::string erase(const std::string& name) {
  return request("DELETE", counter_path(name));
}

/// Checks that the event tells what GET has.
void check_current(const event& told, client& connection, const std::string& name) {
  const auto reply = connection.ask(get_request(counter_path(name)));
  CAPTURE(told.data);
  CHECK(told.type == "");
  CHECK(told.data + "\n" == reply.body);
  CHECK("\"" + told.id + "\"" == reply.field("ETag"));
}

}  // namespace

TEST_CASE("a stream begins with the state of its counter, and tells each change") {
  const server_process server;
  client connection{server.port()};
  connection.ask(post("hits", "delta=6"));
  event_client stream{server.port(), hits};
  const auto& header = stream.header();
  CHECK(header.starts_with("HTTP/1.1 200 OK\r\n"));
  for (const std::string line :
       {"Content-Type: text/event-stream\r\n", "Connection: close\r\n",
        "Cache-Control: no-store, no-transform\r\n", "X-Accel-Buffering: no\r\n"})
    CHECK(header.find("\r\n" + line) != header.npos);
  for (const std::string field : {"Content-Length", "Transfer-Encoding"})
    CHECK(header.find(field) == header.npos);
  const auto retry = std::stoi(stream.next().retry);
  CHECK(retry >= 1000);
  CHECK(retry <= 4000);
  check_current(stream.next(), connection, "hits");

  connection.ask(post("hits"));
  check_current(stream.next(), connection, "hits");
  connection.ask(get_request("/inc?name=hits"));
  check_current(stream.next(), connection, "hits");
  const auto batch = connection.ask(
      batch_of(R"({"op":"add","name":"hits"},{"op":"set","name":"hits","value":-3})"));
  REQUIRE(batch.status == 200);
  const auto last = stream.next();
  check_current(last, connection, "hits");
  CHECK(value_of(last) == -3);
}

TEST_CASE("a counter that is not there is gone, and one that is made anew has a greater version") {
  const server_process server;
  client connection{server.port()};
  event_client stream{server.port(), hits};
  auto told = stream.next_change();
  CHECK(told.type == "gone");
  CHECK(told.data == R"({"name":"hits"})");
  CHECK(told.id == "");
  std::uint64_t version = 0;
  for (int i = 0; i < 3; ++i) {
    connection.ask(post("hits"));
    told = stream.next_change();
    check_current(told, connection, "hits");
    CHECK(std::stoull(told.id) > version);
    version = std::stoull(told.id);
    connection.ask(erase("hits"));
    CHECK(stream.next_change().type == "gone");
  }
}

TEST_CASE("a counter that expires is gone, without a change") {
  const server_process server;
  client connection{server.port()};
  connection.ask(post("hits", "ttl=3"));
  event_client stream{server.port(), hits};
  CHECK(stream.next_change().type == "");
  CHECK(stream.next_change().type == "gone");
  CHECK(connection.ask(get_request("/v1/counters/hits")).status == 404);
  // A new time counts from then on.
  connection.ask(post("hits", "ttl=3"));
  CHECK(stream.next_change().type == "");
  connection.ask(post("hits", "ttl_mode=persist"));
  const auto kept = stream.next_change();
  CHECK(kept.data.find("\"expires_at\":null") != kept.data.npos);
  CHECK_FALSE(stream.connection().is_readable(4000));
}

TEST_CASE("Last-Event-ID says which state the client has") {
  const server_process server;
  client connection{server.port()};
  const auto current_id = [&] {
    const auto version = connection.ask(get_request("/v1/counters/hits")).field("ETag");
    return version.substr(1, version.size() - 2);
  };
  connection.ask(post("hits", "delta=7"));
  const auto field = [](const std::string& value) { return "Last-Event-ID: " + value + "\r\n"; };
  for (const std::string way : {"field", "parameter", "both"}) {
    CAPTURE(way);
    const auto id = current_id();
    event_client stream{server.port(),
                        way == "field"       ? hits
                        : way == "parameter" ? hits + "?last_event_id=" + id
                                             : hits + "?last_event_id=1",
                        way == "parameter" ? "" : field(id)};
    CHECK(stream.next().retry != "");
    CHECK_FALSE(stream.connection().is_readable(300));
    connection.ask(post("hits"));
    const auto next = stream.next();
    check_current(next, connection, "hits");
    connection.ask(request("PUT", counter_path("hits", "value=7")));
    CHECK(value_of(stream.next()) == 7);
  }
  const auto id = current_id();
  connection.ask(request("PUT", counter_path("hits", "value=7")));
  // It is of no use any more.
  for (const std::string& stale :
       {id, std::string{"1"}, std::string{"nonsense"}, std::string(300, '9'), std::string{}}) {
    CAPTURE(stale);
    event_client stream{server.port(), hits, field(stale)};
    CHECK(value_of(stream.next_change()) == 7);
  }
  connection.ask(erase("hits"));
  event_client stream{server.port(), hits, field(id)};
  CHECK(stream.next_change().type == "gone");
}

TEST_CASE("a stream of several counters begins with all states, and tells the changes of each") {
  for (const std::string shards : {"1", "3"}) {
    const server_process server{{"--shards", shards}};
    client connection{server.port()};
    connection.ask(post("a,b"));
    connection.ask(post("c/d", "delta=2"));
    event_client stream{server.port(), "/v1/events?names=a%2Cb,c/d,missing,c/d"};
    std::string told[3];
    for (auto& each : told)
      each = stream.next_change().data;
    std::sort(std::begin(told), std::end(told));
    CHECK(told[0].starts_with(R"({"name":"a,b","value":1,)"));
    CHECK(told[1].starts_with(R"({"name":"c/d","value":2,)"));
    CHECK(told[2] == R"({"name":"missing"})");
    for (const std::string name : {"missing", "a,b", "c/d"}) {
      connection.ask(post(name));
      check_current(stream.next_change(), connection, name);
    }
  }
}

TEST_CASE("a stream that makes no sense is refused") {
  const server_process server;
  client connection{server.port()};
  std::string many = "/v1/events?names=n";
  for (int i = 0; i < 100; ++i)
    many += ",n" + std::to_string(i);
  struct {
    std::string target, code;
  } const cases[] = {
      {"/v1/events", "invalid-parameter"},
      {"/v1/events?names=", "invalid-name"},
      {"/v1/events?names=a,,b", "invalid-name"},
      {"/v1/events?names=a%00", "invalid-name"},
      {"/v1/events?names=" + std::string(257, 'x'), "invalid-name"},
      {"/v1/events?names=a&names=b", "duplicate-parameter"},
      {"/v1/events?names=a&nmaes=b", "invalid-parameter"},
      {many, "invalid-value"},
      {"/v1/counters/" + std::string(257, 'x') + "/events", "invalid-name"},
      {hits + "?names=a", "invalid-parameter"},
  };
  for (const auto& [target, code] : cases) {
    CAPTURE(target);
    CHECK(defect_of_problem(connection.ask(get_request(target)), 400, code) == "");
  }
  CHECK(connection.ask(request("POST", hits)).status == 405);
  CHECK(connection.ask(request("OPTIONS", hits)).field("Allow") == "GET, HEAD, OPTIONS");
  // A counter may be called so.
  CHECK(connection.ask(post("events")).status == 201);
  CHECK(connection.ask(post("hits/events")).status == 201);
  connection.send(request("HEAD", hits));
  CHECK(connection.read_to_end().find("text/event-stream\r\n\r\n") != std::string::npos);
}

TEST_CASE("of a counter that goes on changing, a stream tells some states, and the last one") {
  for (const std::string threads : {"1", "3"}) {
    CAPTURE(threads);
    const server_process server{{"--threads", threads, "--shards", "2"}};
    std::vector<std::unique_ptr<event_client>> streams;
    for (int i = 0; i < 8; ++i)
      streams.push_back(std::make_unique<event_client>(server.port(), hits));
    constexpr int clients = 4, each = 500;
    const auto begin = steady_clock::now();
    CHECK(run_together(clients, [&](int /*index*/) {
            client connection{server.port()};
            for (int i = 0; i < each; ++i)
              connection.ask(get_request("/inc?name=hits"));
          }).empty());
    const auto took = steady_clock::now() - begin;
    for (auto& stream : streams) {
      std::uint64_t version = 0;
      std::int64_t value = 0;
      int events = 0;
      while (value < clients * each) {
        const auto told = stream->next_change();
        if (told.type == "gone")
          continue;
        ++events;
        CHECK(std::stoull(told.id) > version);
        CHECK(value_of(told) > value);
        version = std::stoull(told.id);
        value = value_of(told);
      }
      CHECK(value == clients * each);
      CHECK(events <= took / 100ms + 3);
    }
  }
}
