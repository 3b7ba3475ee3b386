#include "tests/paths.hpp"
#include "tests/server/counterctl/tool.hpp"
#include "tests/server/support/held_socket.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

using namespace support;

namespace {

/// The long flags that a text names.
std::set<std::string> flags_in(const std::string& text) {
  static const std::regex flag{R"(--[a-z][a-z-]*)"};
  std::set<std::string> flags;
  for (std::sregex_iterator i{text.begin(), text.end(), flag}, end; i != end; ++i)
    flags.insert(i->str());
  return flags;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

const words commands = {"get",  "list",  "top",    "watch",  "set",       "add",
                        "inc",  "dec",   "del",    "export", "import",    "batch",
                        "info", "stats", "backup", "ping",   "completion"};

}  // namespace

TEST_CASE("info and stats print the server's numbers") {
  const server_process server;
  REQUIRE(ask(server, {"inc", "x"}).exit_code == 0);
  const auto info = ask(server, {"info"});
  CHECK(info.exit_code == 0);
  CHECK(info.output.find("limits.page\t1000\n") != std::string::npos);
  CHECK(info.output.find("usage.counters\t1\n") != std::string::npos);
  CHECK(ask(server, {"-o", "json", "info"}).output.starts_with(R"({"version":)"));
  const auto stats = ask(server, {"stats"});
  CHECK(stats.exit_code == 0);
  CHECK(stats.output.find("counterd_counters\t1\n") != std::string::npos);
  CHECK(stats.output.find("counterd_http_requests_total{class=\"2xx\",") != std::string::npos);
  CHECK(stats.output.find("_bucket") == std::string::npos);
  CHECK(ask(server, {"-o", "json", "stats"}).output.starts_with(R"({"metrics":)"));
}

TEST_CASE("stats -i prints a line each time") {
  const server_process server;
  process stats{
      {"sh", "-c",
       "exec \"$0\" -s 127.0.0.1:" + std::to_string(server.port()) + " -o plain stats -i 50ms 1>&2",
       tool({}).front()}};
  stats.wait_for_log("\n");
  // 9 columns: requests, errors, two latencies, connections, streams, counters, processor, memory.
  const auto lines = lines_of(stats.wait_for_log("\n", 200));
  REQUIRE(lines.size() > 2);
  CHECK(std::count(lines[1].begin(), lines[1].end(), '\t') == 8);
  stats.signal(SIGTERM);
  stats.wait();
}

TEST_CASE("backup copies the counters, and says where") {
  const temporary_directory directory;
  const server_process server{{"--data", directory / "data"}};
  REQUIRE(ask(server, {"inc", "x"}).exit_code == 0);
  const auto made = ask(server, {"backup", "today"});
  CHECK(made.exit_code == 0);
  CHECK(std::filesystem::is_directory(lines_of(made.output).at(0)));
  CHECK(ask(server, {"backup", "today"}).exit_code == 1);
  CHECK(ask(server, {"backup", "../x"}).exit_code == 4);
  CHECK(ask(server_process{}, {"backup", "today"}).exit_code == 4);
}

TEST_CASE("ping tells whether a server is ready, and waits for it") {
  const server_process server;
  const auto ready = ask(server, {"ping"});
  CHECK(ready.exit_code == 0);
  CHECK(ready.output.ends_with("\tready\n"));
  CHECK(ask(server, {"ping", "--live"}).output.ends_with("\tlive\n"));
  server_process draining{{"--drain-delay", "1m"}};
  draining.signal(SIGTERM);
  draining.wait_for_log("SIGTERM");
  CHECK(ask(draining, {"ping"}).exit_code == 3);
  CHECK(ask(draining, {"ping", "--live"}).exit_code == 0);

  // Connections wait in the queue until a server takes the socket.
  const held_socket socket;
  process waiting{{"sh", "-c", "exec \"$0\" -s " + socket.address() + " ping --wait 1m 1>&2",
                   tool({}).front()}};
  const server_process late{
      {}, {.listen = {}, .sockets = {socket.descriptor()}, .socket_names = "http"}};
  CHECK(waiting.wait(std::chrono::seconds{60}).exit_code == 0);
}

TEST_CASE("the manual names the commands and flags that there are, and no other") {
  const auto manual =
      text_of(std::filesystem::path{COUNTERD_SOURCE_DIR} / "docs/man/counterctl.1.scd");
  REQUIRE(!manual.empty());
  std::set<std::string> flags;
  for (const auto& command : commands) {
    CAPTURE(command);
    const auto help = run_tool({command, "--help"});
    CHECK(help.exit_code == 0);
    flags.merge(flags_in(help.output));
    CHECK(manual.find("*" + command + "*") != std::string::npos);
  }
  flags.merge(flags_in(run_tool({"--help"}).output));
  CHECK(flags == flags_in(manual));
}

TEST_CASE("bash completes commands, flags and the words that they take") {
  const std::string complete = R"(
    source <("$0" completion bash)
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _counterctl
    echo "${COMPREPLY[*]}")";
  const auto completed = [&](const words& line) {
    words command{"bash", "-c", complete, tool({}).front()};
    command.insert(command.end(), line.begin(), line.end());
    return process{command}.wait().output;
  };
  CHECK(completed({"counterctl", "ex"}) == "export\n");
  CHECK(completed({"counterctl", "import", "--mo"}) == "--mode\n");
  CHECK(completed({"counterctl", "import", "--mode", ""}) == "set add absent\n");
  CHECK(completed({"counterctl", "-o", "js"}) == "json\n");
  CHECK(completed({"counterctl", "-s", "x", "watch", "--un"}) == "--until\n");
  CHECK(completed({"counterctl", "completion", "z"}) == "zsh\n");
}
