#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/stopped_thread.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <exception>
#include <latch>
#include <list>
#include <string>
#include <thread>

using namespace support;

namespace {

/// Timeouts so long that only draining ends a connection.
const words no_timeouts{"--header-timeout", "3600", "--body-timeout", "3600",
                        "--write-timeout",  "3600", "--idle-timeout", "3600"};

/// Sends `pipelined` requests at a time until a response announces the end of
/// the connection.
struct busy_client {
  void run(std::uint16_t port, int pipelined, std::latch& is_busy) {
    try {
      client connection{port};
      std::string requests;
      for (int i = 0; i < pipelined; ++i)
        requests += get_request("/inc?name=x");
      for (int round = 0; !is_last; ++round) {
        connection.send(requests);
        for (int i = 0; i < pipelined; ++i) {
          const auto answer = connection.read_answer();
          wrong_answers += answer.body == "ok\n" && !is_last ? 0 : 1;
          is_last = answer.field("Connection") == "close";
        }
        if (round == 20)
          is_busy.count_down();
      }
      rest = connection.read_to_end();
    } catch (const std::exception& error) {
      failure = error.what();
      is_busy.count_down();
    }
  }

  int wrong_answers = 0;
  bool is_last = false;
  std::string rest;
  std::string failure;
};

void check_ended_well(const process::ending& ended) {
  CAPTURE(ended.log);
  CHECK(ended.exit_code == 0);
}

/// A connection that sends nothing is accepted after a second.
void wait_for_silent_one() {
  std::this_thread::sleep_for(std::chrono::milliseconds{1'500});
}

void wait_until_draining(const server_process& server) {
  while (is_listening(server.port())) {
  }
}

}  // namespace

TEST_CASE("SIGTERM under load loses and resets no request") {
  for (const std::string threads : {"1", "4"})
    for (const int pipelined : {1, 16}) {
      CAPTURE(threads);
      CAPTURE(pipelined);
      server_process server{{"--threads", threads, "--shards", "2"}};
      std::list<busy_client> clients(8);
      std::list<std::thread> running;
      std::latch is_busy{8};
      for (auto& client : clients)
        running.emplace_back([&] { client.run(server.port(), pipelined, is_busy); });
      is_busy.wait();
      server.signal(SIGTERM);
      for (auto& thread : running)
        thread.join();
      for (const auto& client : clients) {
        CHECK(client.failure == "");
        CHECK(client.wrong_answers == 0);
        CHECK(client.is_last);
        CHECK(client.rest == "");
      }
      check_ended_well(server.wait());
    }
}

TEST_CASE("SIGTERM within a request lets the server respond to it") {
  for (const std::string fields : {"", "Content-Length: 5\r\n"}) {
    server_process server{no_timeouts};
    const auto whole = request("POST", "/inc?name=x", fields) + (fields.empty() ? "" : "hello");
    client connection{server.port()};
    CHECK(connection.ask(get_request("/inc?name=x")).status == 200);
    connection.send(whole.substr(0, whole.size() - 2));
    server.signal(SIGTERM);
    wait_until_draining(server);
    const auto answer = connection.ask(whole.substr(whole.size() - 2));
    CHECK(answer.body == "ok\n");
    CHECK(answer.field("Connection") == "close");
    CHECK(connection.read_to_end() == "");
    connection.reset();
    check_ended_well(server.wait());
  }
}

TEST_CASE("SIGTERM lets an idle connection send one more request") {
  for (int attempt = 1;; ++attempt) {
    server_process server{no_timeouts};
    client used{server.port()};
    REQUIRE(used.ask(get_request("/set?name=x&val=5")).status == 200);
    client unused{server.port()};
    wait_for_silent_one();
    const auto begin = std::chrono::steady_clock::now();
    server.signal(SIGTERM);
    wait_until_draining(server);
    for (auto* connection : {&used, &unused})
      connection->send(get_request("/get?name=x"));
    // On a busy machine that may have taken longer than the second that the server gives.
    if (std::chrono::steady_clock::now() - begin > std::chrono::milliseconds{700} && attempt < 10)
      continue;
    for (auto* connection : {&used, &unused}) {
      const auto answer = connection->read_answer();
      CHECK(answer.body == "x: 5\n");
      CHECK(answer.field("Connection") == "close");
      CHECK(connection->read_to_end() == "");
      connection->reset();
    }
    return check_ended_well(server.wait());
  }
}

TEST_CASE("SIGTERM closes a connection that stays idle without a response") {
  server_process server{no_timeouts};
  client used{server.port()};
  REQUIRE(used.ask(get_request("/")).status == 200);
  client unused{server.port()};
  wait_for_silent_one();
  server.signal(SIGINT);
  CHECK(used.read_to_end() == "");
  CHECK(unused.read_to_end() == "");
  check_ended_well(server.wait());
}

TEST_CASE("SIGTERM stops the server though clients are stuck") {
  server_process server{no_timeouts};
  client in_header{server.port()};
  in_header.send("GET / HT");
  client in_body{server.port()};
  in_body.send(request("POST", "/", "Content-Length: 5\r\n") + "hell");
  client deaf{server.port(), /*receive_bytes_max=*/4096};
  const auto request = get_request("/get?name=" + std::string(200, 'n'));
  while (deaf.is_writable(/*milliseconds=*/200))
    deaf.send_some(request);
  REQUIRE(get(server.port(), "/").status == 200);
  const auto ended = server.stop();
  check_ended_well(ended);
  CHECK(ended.log.find("that did not end in time") != std::string::npos);
}

TEST_CASE("SIGTERM stops the server in order though a loop is busy when it comes") {
  words flags = no_timeouts;
  flags.insert(flags.end(), {"--threads", "1"});
  server_process server{flags};
  client stuck{server.port()};
  stuck.send("GET / HT");
  REQUIRE(get(server.port(), "/").status == 200);
  {
    const stopped_thread busy{server.id(), "loop 0"};
    server.signal(SIGTERM);
    std::this_thread::sleep_for(std::chrono::seconds{2});
  }
  const auto ended = server.wait();
  check_ended_well(ended);
  CHECK(ended.log.find("that did not end in time") != std::string::npos);
}

TEST_CASE("a second SIGTERM ends the server at once") {
  server_process server{no_timeouts};
  client stuck{server.port()};
  stuck.send("GET / HT");
  server.signal(SIGTERM);
  server.wait_for_log("stopping on SIGTERM");
  server.signal(SIGTERM);
  const auto ended = server.wait();
  CHECK(ended.signal == SIGTERM);
  CHECK(ended.log.find("stopped") == std::string::npos);
}

TEST_CASE("SIGHUP stops nothing, and does nothing while the server stops") {
  server_process server;
  client connection{server.port()};
  CHECK(connection.ask(get_request("/inc?name=x")).body == "ok\n");
  server.signal(SIGHUP);
  server.wait_for_log("read the configuration: nothing");
  CHECK(connection.ask(get_request("/inc?name=x")).body == "ok\n");
  CHECK(get(server.port(), "/get?name=x").body == "x: 2\n");
  server.signal(SIGTERM);
  server.wait_for_log("stopping on SIGTERM");
  server.signal(SIGHUP);
  const auto last = connection.ask(get_request("/get?name=x"));
  CHECK(last.body == "x: 2\n");
  const auto ended = server.wait();
  check_ended_well(ended);
  CHECK(ended.log.find("read the configuration") == ended.log.rfind("read the configuration"));
}

TEST_CASE("SIGINT stops the server even if it was ignored when it started") {
  setting options;
  options.ignores_interrupt = true;
  server_process server{{}, options};
  server.signal(SIGINT);
  check_ended_well(server.wait());
}

TEST_CASE("SIGTERM stops the server in order when nobody reads its log") {
  server_process server;
  server.wait_for_log("started");
  server.close_log();
  check_ended_well(server.stop());
}
