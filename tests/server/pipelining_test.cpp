#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace support;

namespace {

constexpr int depths[] = {1, 2, 3, 10, 127, 128, 129, 256, 1000};

std::string repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += text;
  return all;
}

}  // namespace

TEST_CASE("1 to 1000 requests in one segment all get a response and take effect") {
  for (const std::string max_pipelined : {"1", "4", "128", "2000"}) {
    server_process server{{"--max-pipelined", max_pipelined}};
    client connection{server.port()};
    int counted = 0;
    for (const auto depth : depths) {
      CAPTURE(max_pipelined);
      CAPTURE(depth);
      connection.send(repeat(get_request("/inc?name=x"), depth));
      int answered = 0;
      for (int i = 0; i < depth; ++i)
        answered += connection.read_answer().body == "ok\n" ? 1 : 0;
      CHECK(answered == depth);
      counted += depth;
      CHECK(connection.ask(get_request("/get?name=x")).body ==
            "x: " + std::to_string(counted) + "\n");
    }
  }
}

TEST_CASE("pipelined requests are executed and answered in order") {
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(shards);
    server_process server{{"--threads", "4", "--shards", shards}};
    client connection{server.port()};
    std::string requests;
    std::vector<std::string> expected;
    // Names on different shards, with responses that need no shard in between.
    for (int i = 0; i < 100; ++i) {
      const std::string name(1, static_cast<char>('a' + i % 7));
      const auto value = std::to_string(i);
      requests += get_request("/set?name=" + name + "&val=" + value);
      requests += get_request("/get?name=" + name);
      requests += get_request("/nowhere");
      requests += request("POST", "/inc?name=" + name, "Content-Length: 3\r\n") + "abc";
      requests += get_request("/get?name=" + name);
      expected.insert(expected.end(), {"ok\n", name + ": " + value + "\n", "no such page: try /\n",
                                       "ok\n", name + ": " + std::to_string(i + 1) + "\n"});
    }
    connection.send(requests);
    std::vector<std::string> bodies;
    for (std::size_t i = 0; i < expected.size(); ++i)
      bodies.push_back(connection.read_answer().body);
    CHECK(bodies == expected);
  }
}

TEST_CASE("a segment may end anywhere") {
  server_process server;
  const auto one = get_request("/inc?name=x");
  const auto two = one + one;
  for (std::size_t cut = 1; cut < two.size(); ++cut) {
    client connection{server.port()};
    connection.send(two.substr(0, cut));
    if (cut >= one.size())
      CHECK(connection.read_answer().status == 200);
    connection.send(two.substr(cut));
    if (cut < one.size())
      CHECK(connection.read_answer().status == 200);
    CHECK(connection.read_answer().status == 200);
  }
  CHECK(get(server.port(), "/get?name=x").body ==
        "x: " + std::to_string(2 * (two.size() - 1)) + "\n");
}

TEST_CASE("nothing behind a request with Connection: close takes effect") {
  server_process server;
  for (const auto depth : depths) {
    CAPTURE(depth);
    client connection{server.port()};
    connection.send(repeat(get_request("/inc?name=x"), depth) +
                    request("GET", "/get?name=x", "Connection: close\r\n") +
                    repeat(get_request("/inc?name=late"), depth));
    const auto answers = statuses(connection.read_to_end());
    CHECK(answers == std::vector<int>(static_cast<std::size_t>(depth) + 1, 200));
  }
  CHECK(get(server.port(), "/get?name=late").status == 404);
}

TEST_CASE("requests pipelined before a half-close get responses, then the connection closes") {
  server_process server{{"--shards", "4"}};
  for (const auto depth : depths) {
    CAPTURE(depth);
    client connection{server.port()};
    connection.send(repeat(get_request("/inc?name=x") + get_request("/inc?name=y"), depth));
    connection.half_close();
    const auto answers = statuses(connection.read_to_end());
    CHECK(answers == std::vector<int>(static_cast<std::size_t>(depth) * 2, 200));
  }
}

TEST_CASE("HEAD in the middle of a pipeline does not shift what follows") {
  server_process server;
  client connection{server.port()};
  connection.send(get_request("/set?name=x&val=1") + request("HEAD", "/get?name=x") +
                  request("OPTIONS", "*") + get_request("/get?name=x"));
  CHECK(connection.read_answer().body == "ok\n");
  CHECK(connection.read_answer(/*is_head=*/true).field("Content-Length") == "5");
  CHECK(connection.read_answer().status == 204);
  CHECK(connection.read_answer().body == "x: 1\n");
}

TEST_CASE("a list that is pipelined behind a change shows it") {
  for (const bool is_durable : {false, true}) {
    CAPTURE(is_durable);
    const temporary_directory disk;
    words flags{"--shards", "3"};
    if (is_durable) {
      flags.emplace_back("--data");
      flags.push_back(disk / "data");
    }
    server_process server{flags};
    client connection{server.port()};
    for (int i = 0; i < 20; ++i) {
      const auto name = std::to_string(i) + "-";
      connection.send(request("POST", "/v1/counters/" + name) +
                      get_request("/v1/counters?prefix=" + name));
      CHECK(connection.read_answer().status == 201);
      CHECK(connection.read_answer().body.find("\"" + name + "\"") != std::string::npos);
    }
  }
}
