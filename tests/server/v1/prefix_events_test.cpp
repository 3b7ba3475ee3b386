// Event streams of all counters with a prefix: what they tell, and when.

#include "tests/server/support/issued_token.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/event_client.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace support;

namespace {

std::string post(const std::string& name, std::string_view query = {}) {
  return request("POST", counter_path(name, query));
}

std::string followed(const std::string& prefix) {
  return "/v1/events?prefix=" + prefix;
}

std::string name_in(const event& told) {
  constexpr std::string_view begin = R"({"name":")";
  REQUIRE(told.data.starts_with(begin));
  return told.data.substr(begin.size(), told.data.find('"', begin.size()) - begin.size());
}

}  // namespace

TEST_CASE("a stream of a prefix tells its counters in order, and then each change") {
  for (const std::string shards : {"1", "3"}) {
    const server_process server{{"--shards", shards}};
    client connection{server.port()};
    for (const std::string name : {"p/c", "p/a", "q", "p/b", "p"})
      connection.ask(post(name));
    event_client stream{server.port(), followed("p%2F")};
    for (const std::string name : {"p/a", "p/b", "p/c"})
      CHECK(stream.next_change().data + "\n" ==
            connection.ask(get_request(counter_path(name))).body);
    const auto ready = stream.next_change();
    CHECK(ready.type == "ready");
    CHECK(ready.data == R"({"prefix":"p/","has_more":false})");
    for (const std::string name : {"p/new", "p/a"}) {
      connection.ask(post("q"));
      connection.ask(post(name));
      CHECK(stream.next_change().data + "\n" ==
            connection.ask(get_request(counter_path(name))).body);
    }
    connection.ask(request("DELETE", counter_path("p/new")));
    const auto gone = stream.next_change();
    CHECK(gone.type == "gone");
    CHECK(gone.data == R"({"name":"p/new"})");
    // Nothing changes it when it expires.
    connection.ask(post("p/short", "ttl=1"));
    CHECK(name_in(stream.next_change()) == "p/short");
    CHECK(stream.next_change().data == R"({"name":"p/short"})");
  }
}

TEST_CASE("whatever changes, streams of a prefix are told the last state of each counter") {
  for (const std::string threads : {"1", "3"}) {
    CAPTURE(threads);
    const server_process server{{"--threads", threads, "--shards", "2"}};
    std::vector<std::unique_ptr<event_client>> streams;
    for (int i = 0; i < 4; ++i)
      streams.push_back(std::make_unique<event_client>(server.port(), followed("p")));
    constexpr int clients = 4, each = 500, names = 50;
    CHECK(run_together(clients, [&](int index) {
            client connection{server.port()};
            std::minstd_rand random{static_cast<unsigned>(index)};
            for (int i = 0; i < each; ++i) {
              const auto name = "p" + std::to_string(random() % names);
              if (random() % 10 == 0)
                connection.ask(request("DELETE", counter_path(name)));
              else
                connection.ask(post(name));
            }
          }).empty());
    client connection{server.port()};
    connection.ask(post("p-last"));
    std::map<std::string, std::string> expected;
    for (int i = 0; i < names; ++i) {
      const auto name = "p" + std::to_string(i);
      const auto reply = connection.ask(get_request(counter_path(name)));
      expected[name] = reply.status == 200 ? reply.body : R"({"name":")" + name + "\"}\n";
    }
    for (auto& stream : streams) {
      std::map<std::string, std::string> told;
      std::map<std::string, std::uint64_t> versions;
      const auto is_complete = [&] {
        return std::all_of(expected.begin(), expected.end(), [&](const auto& state) {
          const auto found = told.find(state.first);
          return found != told.end() && found->second == state.second;
        });
      };
      while (!is_complete()) {
        const auto next = stream->next_change();
        if (next.type == "ready")
          continue;
        CHECK(next.type != "reset");
        const auto name = name_in(next);
        told[name] = next.data + "\n";
        if (next.type == "gone")
          continue;
        const auto version = std::stoull(next.id);
        CHECK(version >= versions[name]);
        versions[name] = version;
      }
    }
  }
}

TEST_CASE("a stream that missed changes begins anew, and a large prefix says that it has more") {
  const server_process server{{"--write-timeout", "1m"}};
  client connection{server.port()};
  event_client stream{server.port(), followed("")};
  CHECK(stream.next_change().type == "ready");
  // More in one batch of requests than are collected between two looks.
  for (int i = 0; i < 5; ++i) {
    std::string operations;
    for (int k = 0; k < 1000; ++k)
      operations += std::string{k == 0 ? "" : ","} + R"({"op":"set","name":"n)" +
                    std::to_string(1000 * i + k) + R"(","value":1})";
    connection.send(batch_of(operations));
  }
  for (int i = 0; i < 5; ++i)
    CHECK(connection.read_answer().status == 200);
  bool has_missed = false;
  for (auto next = stream.next_change();
       next.data != R"({"prefix":"","has_more":true})" || !has_missed; next = stream.next_change())
    has_missed |= next.type == "reset";
  event_client other{server.port(), followed("n1")};
  int states = 0;
  for (auto next = other.next_change(); next.type != "ready"; next = other.next_change())
    ++states;
  CHECK(states == 1000);
}

TEST_CASE("to follow a prefix takes the right to list, and a prefix that the token has") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto reads = issue_token(file, "reads", {"--scopes", "read"});
  const auto shop = issue_token(file, "shop", {"--scopes", "read,list", "--prefix", "shop/"});
  const server_process server{{"--tokens", file}};
  const auto status = [&](const std::string& prefix, const std::string& token) {
    client connection{server.port()};
    connection.send(request("HEAD", followed(prefix), bearer(token)));
    return connection.read_answer(true).status;
  };
  CHECK(status("shop%2F", reads) == 403);
  CHECK(status("", shop) == 403);
  CHECK(status("shop", shop) == 403);
  CHECK(status("shop%2Fa", shop) == 200);
  CHECK(status("shop%2F", shop) == 200);
}

TEST_CASE("no more than 64 prefixes are followed") {
  const server_process server{{"--threads", "3"}};
  std::vector<std::unique_ptr<event_client>> streams;
  for (int i = 0; i < 64; ++i) {
    streams.push_back(std::make_unique<event_client>(server.port(), followed(std::to_string(i))));
    CHECK(streams.back()->next_change().type == "ready");
  }
  client connection{server.port()};
  CHECK(defect_of_problem(connection.ask(get_request(followed("more"))), 503, "overloaded") == "");
  event_client same{server.port(), followed("63")};
  CHECK(same.next_change().type == "ready");
}
