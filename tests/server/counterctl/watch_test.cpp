#include "tests/server/counterctl/tool.hpp"
#include "tests/server/support/held_socket.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>

using namespace support;

namespace {

/// A counterctl that goes on. Its lines go to stderr, which can be waited for.
class watcher : public process {
public:
  watcher(const std::string& address, const std::string& arguments)
      : process({"sh", "-c", "exec \"$0\" -s " + address + " " + arguments + " 1>&2",
                 tool({}).front()}) {}
};

std::string address_of(const server_process& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}

}  // namespace

TEST_CASE("watch prints a line for each change, and ends when a value satisfies the condition") {
  const server_process server;
  REQUIRE(ask(server, {"set", "x", "1"}).exit_code == 0);
  watcher watcher{address_of(server), "watch x y --until '>=5'"};
  watcher.wait_for_log("x\t1\n");
  watcher.wait_for_log("y\tgone\n");
  REQUIRE(ask(server, {"inc", "x"}).exit_code == 0);
  watcher.wait_for_log("x\t2\n");
  REQUIRE(ask(server, {"inc", "y"}).exit_code == 0);
  watcher.wait_for_log("y\t1\n");
  REQUIRE(ask(server, {"del", "x"}).exit_code == 0);
  watcher.wait_for_log("x\tgone\n");
  REQUIRE(ask(server, {"set", "y", "5"}).exit_code == 0);
  const auto ended = watcher.wait();
  CHECK(ended.exit_code == 0);
  CHECK(ended.log.ends_with("y\t5\n"));
}

TEST_CASE("watch of one counter prints values, and JSON on request") {
  const server_process server;
  REQUIRE(ask(server, {"set", "x", "7"}).exit_code == 0);
  CHECK(ask(server, {"watch", "x", "--until", "=7"}).output == "7\n");
  CHECK(ask(server, {"-o", "json", "watch", "x", "--until", "=7"})
            .output.starts_with(R"({"name":"x","value":7,"version":)"));
}

TEST_CASE("watch follows all counters with a prefix, new ones, too") {
  const server_process server;
  REQUIRE(ask(server, {"set", "a/1", "1"}).exit_code == 0);
  watcher watcher{address_of(server), "watch --prefix a/ --until '>=9'"};
  watcher.wait_for_log("a/1\t1\n");
  REQUIRE(ask(server, {"set", "b/1", "9"}).exit_code == 0);
  REQUIRE(ask(server, {"set", "a/2", "2"}).exit_code == 0);
  watcher.wait_for_log("a/2\t2\n");
  REQUIRE(ask(server, {"set", "a/1", "9"}).exit_code == 0);
  const auto ended = watcher.wait();
  CHECK(ended.exit_code == 0);
  CHECK(ended.log.find("b/1") == std::string::npos);
}

TEST_CASE("watch comes back when the server does, and does not print twice what it has printed") {
  const held_socket socket;
  const auto start = [&] {
    return std::make_unique<server_process>(
        words{}, setting{.listen = {}, .sockets = {socket.descriptor()}, .socket_names = "http"});
  };
  auto server = start();
  REQUIRE(run_tool({"set", "x", "1"}, {.server = socket.address()}).exit_code == 0);
  watcher watcher{socket.address(), "watch x --until '=3'"};
  watcher.wait_for_log("1\n");
  server->stop();
  watcher.wait_for_log("trying again");
  server = start();
  REQUIRE(run_tool({"set", "x", "3"}, {.server = socket.address()}).exit_code == 0);
  const auto ended = watcher.wait(std::chrono::seconds{60});
  CHECK(ended.exit_code == 0);
  CHECK(ended.log.ends_with("3\n"));
}

TEST_CASE("watch waits for its turn when there are too many streams") {
  const server_process server{{"--max-streams", "1"}};
  REQUIRE(ask(server, {"set", "x", "1"}).exit_code == 0);
  watcher first{address_of(server), "watch x"};
  first.wait_for_log("1\n");
  watcher second{address_of(server), "watch x"};
  second.wait_for_log("too many streams");
  second.signal(SIGTERM);
  CHECK(second.wait().signal == SIGTERM);
}

TEST_CASE("on a terminal, watch draws a table in its place, which no name controls") {
  const server_process server;
  REQUIRE(ask(server, {"set", "\xe2\x80\xaex\xc2\x9b", "1"}).exit_code == 0);
  // script(1) runs it on a terminal of its own.
  const auto shown = process{
      {"script", "-qec",
       tool({}).front() + " -s " + address_of(server) + " watch --prefix '' --until '=1'",
       "/dev/null"}}.wait();
  CAPTURE(shown.output);
  CHECK(shown.exit_code == 0);
  CHECK(shown.output.find("NAME") != std::string::npos);
  CHECK(shown.output.find("\\u202ex\\u009b") != std::string::npos);
  CHECK(shown.output.find("\xe2\x80\xae") == std::string::npos);
}
