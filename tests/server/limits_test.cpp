#include "tests/server/support/client.hpp"
#include "tests/server/support/sanitized.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>

using namespace support;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

std::string fields(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text.append("F").append(std::to_string(i)).append(": a\r\n");
  return text;
}

/// Returns a chunked body of this many bytes.
std::string chunks(std::size_t bytes, std::size_t in_a_chunk) {
  char size[20];
  std::string body;
  for (; bytes > 0; bytes -= std::min(bytes, in_a_chunk)) {
    const auto now = std::min(bytes, in_a_chunk);
    std::snprintf(size, sizeof size, "%zx\r\n", now);
    body.append(size).append(now, 'b').append("\r\n");
  }
  return body + "0\r\n\r\n";
}

/// Returns a target of this many bytes that reads x.
std::string target_of(std::size_t bytes) {
  const std::string target = "/inc?name=x&pad=";
  return target + std::string(bytes - target.size(), 'p');
}

/// Returns a request for x with a header of this many bytes.
std::string header_of(std::size_t bytes) {
  const auto shortest = request("GET", "/inc?name=x", "A: \r\n").size();
  return request("GET", "/inc?name=x", "A: " + std::string(bytes - shortest, 'a') + "\r\n");
}

std::string with_length(std::size_t bytes) {
  return request("POST", "/inc?name=x", "Content-Length: " + std::to_string(bytes) + "\r\n");
}

const std::string with_chunks = request("POST", "/inc?name=x", "Transfer-Encoding: chunked\r\n");

/// Returns true once the server is idle: a spinning one would use a processor in every window.
bool becomes_calm(const server_process& server) {
  for (int window = 0; window < 20; ++window) {
    const auto before = server.busy_time();
    std::this_thread::sleep_for(std::chrono::milliseconds{400});
    if (server.busy_time() - before <= std::chrono::milliseconds{80})
      return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a request at the limits is served") {
  const std::string requests[] = {
      get_request(target_of(8192)),
      header_of(16'384),
      request("GET", "/inc?name=x", fields(63)),
      with_length(mebibyte) + std::string(mebibyte, 'b'),
      with_chunks + chunks(mebibyte, mebibyte),
      with_chunks + chunks(mebibyte, 1000),
      with_chunks + chunks(1000, 1),
  };
  server_process server;
  client connection{server.port()};
  for (const auto& bytes : requests) {
    CAPTURE(bytes.substr(0, 200));
    CHECK(connection.ask(bytes).status == 200);
  }
  CHECK(connection.ask(get_request("/get?name=x")).body ==
        "x: " + std::to_string(std::size(requests)) + "\n");
}

TEST_CASE("a request beyond the limits is refused and has no effect") {
  const std::string long_value(20'000, 'a');
  const struct {
    int status;
    std::string bytes;
  } table[] = {
      {414, get_request(target_of(8193))},
      {414, get_request(target_of(16'000))},
      {414, get_request(target_of(100'000))},
      {431, header_of(16'385)},
      {431, header_of(100'000)},
      {431, request("GET", "/inc?name=x", long_value + ": a\r\n")},
      {431, request("GET", "/inc?name=x", fields(64))},
      {431, request("GET", "/inc?name=x", fields(500))},
      {413, with_length(mebibyte + 1)},
      {413, with_length(mebibyte + 1) + std::string(mebibyte + 1, 'b')},
      {413, with_length(1'000'000'000'000)},
      {413, with_chunks + chunks(mebibyte + 1, mebibyte + 1)},
      {413, with_chunks + chunks(mebibyte + 1, 1000)},
      {413, with_chunks + "1;" + long_value + "\r\na\r\n0\r\n\r\n"},
      {413, with_chunks + "1\r\na\r\n0\r\nTrailer: " + long_value + "\r\n\r\n"},
  };
  server_process server;
  for (const auto& refused : table) {
    CAPTURE(refused.status);
    CAPTURE(refused.bytes.substr(0, 200));
    client connection{server.port()};
    const auto answer = connection.ask(refused.bytes);
    CHECK(answer.status == refused.status);
    CHECK(answer.field("Connection") == "close");
    CHECK(connection.read_to_end() == "");
    CHECK(get(server.port(), "/get?name=x").status == 404);
  }
}

TEST_CASE("an endless header is refused while it arrives") {
  for (const auto* beginning : {"GET /", "GET / HTTP/1.1\r\nHost: localhost\r\nA: "}) {
    server_process server;
    client connection{server.port()};
    connection.send(beginning);
    // Slowly enough that the response is not far behind.
    while (!connection.is_readable(/*milliseconds=*/1))
      connection.send(std::string(500, 'a'));
    const auto status = connection.read_answer().status;
    CHECK((status == 414 || status == 431));
  }
}

TEST_CASE("connections over --max-connections get 503, and the others go on") {
  for (const std::string threads : {"1", "4"}) {
    CAPTURE(threads);
    server_process server{{"--max-connections", "3", "--threads", threads}};
    std::vector<client> admitted;
    for (int i = 0; i < 3; ++i) {
      admitted.emplace_back(server.port());
      REQUIRE(admitted.back().ask(get_request("/inc?name=x")).status == 200);
    }
    for (int i = 0; i < 10; ++i) {
      client refused{server.port()};
      if (i % 2 == 0)
        refused.send(get_request("/inc?name=x"));
      const auto answer = refused.read_answer();
      CHECK(answer.status == 503);
      CHECK(answer.field("Retry-After") == "1");
      CHECK(answer.field("Connection") == "close");
      CHECK(refused.read_to_end() == "");
    }
    for (auto& connection : admitted)
      CHECK(connection.ask(get_request("/get?name=x")).body == "x: 3\n");
    admitted.pop_back();
    CHECK(get_until(server.port(), "/get?name=x", 200).status == 200);
  }
}

TEST_CASE("counters over --max-counters are 507 on all shards, and existing ones go on") {
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(shards);
    server_process server{{"--max-counters", "5", "--shards", shards}};
    client connection{server.port()};
    for (int i = 0; i < 20; ++i) {
      const auto name = std::to_string(i);
      const int expected = i < 5 ? 200 : 507;
      CHECK(connection.ask(get_request("/inc?name=" + name)).status == expected);
      CHECK(connection.ask(get_request("/set?val=7&name=" + name)).status == expected);
      CHECK(connection.ask(get_request("/inc?name=" + name)).status == expected);
      const auto read = connection.ask(get_request("/get?name=" + name));
      CHECK(read.body == name + (i < 5 ? ": 8\n" : " not found\n"));
    }
    CHECK(connection.ask(get_request("/get?name=0")).body == "0: 8\n");
  }
}

TEST_CASE("counters over --memory are 507 without --data, and existing ones go on") {
  server_process server{{"--memory", "16M", "--shards", "4"}};
  client connection{server.port()};
  constexpr int pipelined = 100;
  const auto target = [](int number) {
    const auto digits = std::to_string(number);
    return "name=" + std::string(256 - digits.size(), 'x') + digits;
  };
  CHECK(connection.ask(get_request("/inc?" + target(0))).status == 200);
  const auto before = server.resident_bytes();
  int created = 1;
  for (int first = 1; created == first; first += pipelined) {
    std::string requests;
    for (int i = 0; i < pipelined; ++i)
      requests += get_request("/inc?" + target(first + i));
    connection.send(requests);
    for (int i = 0; i < pipelined; ++i)
      created += connection.read_answer().status == 200 ? 1 : 0;
    REQUIRE(first < 100'000);
  }
  CHECK(created > 25'000);
  // A sanitizer keeps memory of its own for each allocation.
  CHECK((support::is_sanitized || server.resident_bytes() < before + 20 * 1024 * 1024));
  int refused = 0;
  for (int i = 100'000; i < 100'100; ++i)
    refused += connection.ask(get_request("/inc?" + target(i))).status == 507 ? 1 : 0;
  CHECK(refused > 0);
  for (int i = 0; i < 100; ++i) {
    CHECK(connection.ask(get_request("/inc?" + target(i))).status == 200);
    CHECK(connection.ask(get_request("/get?" + target(i))).body.ends_with(": 2\n"));
  }
}

TEST_CASE("deleted counters leave their memory to counters with longer names") {
  server_process server{{"--memory", "16M", "--shards", "1"}};
  client connection{server.port()};
  constexpr int operations = 1000;
  // Returns how many operations of a batch got a status.
  const auto count = [&](const std::string& operation, int first, std::size_t bytes, int status) {
    std::string list;
    for (int i = first; i < first + operations; ++i) {
      const auto digits = std::to_string(i);
      list += (list.empty() ? R"({"op":")" : R"(,{"op":")") + operation + R"(","name":")" +
              std::string(bytes - digits.size(), 'x') + digits + R"("})";
    }
    const auto body = connection.ask(batch_of(list)).body;
    const auto text = R"("status":)" + std::to_string(status);
    int found = 0;
    for (auto at = body.find(text); at != std::string::npos; at = body.find(text, at + 1))
      ++found;
    return found;
  };
  const auto fill = [&](std::size_t bytes) {
    int created = 0;
    for (int first = 0; created == first; first += operations)
      created += count("add", first, bytes, 201);
    return created;
  };
  const auto fewest = [](std::size_t bytes) {
    return static_cast<int>(12 * mebibyte / (bytes + 160));
  };
  for (const std::size_t bytes : {20, 256, 20}) {
    CAPTURE(bytes);
    const auto created = fill(bytes);
    CHECK(created > fewest(bytes));
    int deleted = 0;
    for (int first = 0; first < created; first += operations)
      deleted += count("delete", first, bytes, 204);
    CHECK(deleted == created);
  }
}

TEST_CASE("a server out of descriptors waits without spinning, and goes on") {
  for (const std::string threads : {"1", "4"}) {
    CAPTURE(threads);
    setting options;
    // Without descriptors ThreadSanitizer cannot read the names that its
    // suppressions match, and would report suppressed findings.
    options.environment = {"TSAN_OPTIONS=report_bugs=0"};
    server_process server{{"--threads", threads}, options};
    client first{server.port()};
    REQUIRE(first.ask(get_request("/inc?name=x")).status == 200);
    // Only at its start does the server look at its limit.
    const rlimit few{60, 1000};
    REQUIRE(prlimit(server.id(), RLIMIT_NOFILE, &few, nullptr) == 0);
    std::list<client> crowd;
    for (int i = 0; i < 150; ++i) {
      crowd.emplace_back(server.port());
      crowd.back().send(get_request("/get?name=x"));
    }
    server.wait_for_log("cannot accept connections for now");
    CHECK(first.ask(get_request("/get?name=x")).body == "x: 1\n");
    CHECK(becomes_calm(server));
    CHECK(first.ask(get_request("/get?name=x")).body == "x: 1\n");

    // Each descriptor that becomes free goes to a waiting connection.
    for (int idle_rounds = 0; !crowd.empty() && idle_rounds < 2000; ++idle_rounds)
      for (auto waiting = crowd.begin(); waiting != crowd.end();) {
        const bool is_next_round = waiting == crowd.begin();
        if (!waiting->is_readable(is_next_round ? 10 : 0)) {
          ++waiting;
          continue;
        }
        CHECK(waiting->read_answer().body == "x: 1\n");
        waiting = crowd.erase(waiting);
        idle_rounds = 0;
      }
    CHECK(crowd.empty());
    CHECK(get(server.port(), "/get?name=x").body == "x: 1\n");
    CHECK(first.ask(get_request("/get?name=x")).body == "x: 1\n");
  }
}

TEST_CASE("connections above what the limit of descriptors leaves get 503") {
  setting options;
  options.descriptors_max = 60;
  server_process server{{"--threads", "1"}, options};
  CHECK(server.wait_for_log("started").find("60 files (ulimit -n), so it serves") !=
        std::string::npos);
  const auto info = get(server.port(), "/v1/info").body;
  CHECK(info.find("\"connections\":10000") == info.npos);
  std::list<client> crowd;
  int refused = 0;
  for (int i = 0; i < 100 && refused < 3; ++i) {
    crowd.emplace_back(server.port());
    const auto reply = crowd.back().ask(get_request("/"));
    refused += reply.status == 503 ? 1 : 0;
    CHECK((reply.status == 200 || reply.status == 503));
  }
  CHECK(refused == 3);
  CHECK(crowd.size() > 20);
  CHECK(crowd.front().ask(get_request("/")).status == 200);
}

TEST_CASE("refused connections do not keep others out") {
  server_process server{{"--max-connections", "2"}};
  std::vector<client> admitted, refused;
  for (int i = 0; i < 2; ++i) {
    admitted.emplace_back(server.port());
    REQUIRE(admitted.back().ask(get_request("/inc?name=x")).status == 200);
  }
  for (int i = 0; i < 20; ++i) {
    refused.emplace_back(server.port());
    REQUIRE(refused.back().ask(get_request("/get?name=x")).status == 503);
  }
  admitted.clear();
  // No refused connection has closed yet, and the server needs some time to
  // notice that the others have.
  CHECK(get_until(server.port(), "/get?name=x", 200).status == 200);
}
