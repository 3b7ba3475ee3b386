#include "tests/server/durable/support/faults.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/issued_token.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

setting on(const std::string& address) {
  return {.listen = {address}};
}

process::ending refused(const std::string& address) {
  return process{counterd({"--listen", address})}.wait();
}

}  // namespace

TEST_CASE("a server listens on a Unix socket, beside a port or alone") {
  const temporary_directory disk;
  const auto path = disk / "counterd.sock";
  server_process server{{}, {.listen = {"127.0.0.1:0", "unix:" + path}}};
  CHECK(server.addresses().at(1) == "unix:" + path);
  client connection{"unix:" + path};
  CHECK(connection.ask(get_request("/inc?name=x")).body == "ok\n");
  CHECK(get(server.port(), "/get?name=x").body == "x: 1\n");
  const auto curl =
      process{{"curl", "-sS", "--unix-socket", path, "http://localhost/inc?name=x"}}.wait();
  CHECK(curl.output == "ok\n");
  CHECK(server.stop().exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(path));

  server_process alone{{"--threads", "4"}, on("unix:" + path)};
  // Each loop takes some of them.
  std::vector<client> clients;
  for (int i = 0; i < 64; ++i)
    CHECK(clients.emplace_back("unix:" + path).ask(get_request("/inc?name=x")).body == "ok\n");
  CHECK(clients[0].ask(get_request("/get?name=x")).body == "x: 64\n");
}

TEST_CASE("a Unix socket takes more connections at once than a loop accepts in a row") {
  const temporary_directory disk;
  const auto path = disk / "s";
  for (const std::string threads : {"1", "3"}) {
    server_process server{{"--threads", threads}, on("unix:" + path)};
    server.signal(SIGSTOP);
    std::vector<client> clients;
    for (int i = 0; i < 500; ++i)
      clients.emplace_back("unix:" + path).send(get_request("/inc?name=x"));
    server.signal(SIGCONT);
    for (auto& each : clients)
      CHECK(each.read_answer().body == "ok\n");
    CHECK(server.stop().log.find("cannot accept") == std::string::npos);
  }
}

TEST_CASE("the owner and the group of a Unix socket may connect, and others may not") {
  const temporary_directory disk;
  const auto path = disk / "s";
  const server_process server{{}, on("unix:" + path)};
  struct stat state {};
  REQUIRE(::stat(path.c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0660);
}

TEST_CASE("peers on a Unix socket count as this machine's, and their Host is checked") {
  const temporary_directory disk;
  const auto path = disk / "s";
  const server_process server{{"--anonymous-local", "read"}, on("unix:" + path)};
  client connection{"unix:" + path};
  CHECK(connection.ask(get_request("/get?name=x")).status == 404);
  CHECK(connection.ask(get_request("/inc?name=x")).status == 403);
  connection.send("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  CHECK(connection.read_answer().status == 421);
}

TEST_CASE("a server takes over the socket of one that was killed, but of no other") {
  const temporary_directory disk;
  const auto path = disk / "s";
  {
    server_process first{{}, on("unix:" + path)};
    const auto second = refused("unix:" + path);
    CHECK(second.exit_code == 1);
    CHECK(second.log.find("cannot listen on unix:" + path + ": Address already in use") !=
          second.log.npos);
    CHECK(client{"unix:" + path}.ask(get_request("/inc?name=x")).body == "ok\n");
    first.signal(SIGKILL);
    first.wait();
  }
  CHECK(std::filesystem::exists(path));
  server_process next{{}, on("unix:" + path)};
  CHECK(client{"unix:" + path}.ask(get_request("/inc?name=x")).body == "ok\n");
  // Whoever has taken its place keeps it.
  std::filesystem::remove(path);
  server_process other{{}, on("unix:" + path)};
  CHECK(next.stop().exit_code == 0);
  CHECK(client{"unix:" + path}.ask(get_request("/inc?name=x")).body == "ok\n");
}

TEST_CASE("a server refuses a Unix socket that it cannot have, with a line that says why") {
  const temporary_directory disk;
  const auto file = disk / "file";
  std::ofstream{file} << "precious";
  struct {
    std::string path;
    int exit_code;
    std::string answer;
  } const cases[] = {
      {file, 1, "File exists"},
      {disk.path().string(), 1, "File exists"},
      {disk / "none/s", 1, "No such file or directory"},
      {"", 2, "unix:PATH"},
      {"@abstract", 2, "unix:PATH"},
      {"/" + std::string(107, 'x'), 2, "unix:PATH"},
  };
  for (const auto& [path, exit_code, answer] : cases) {
    const auto ended = refused("unix:" + path);
    CAPTURE(ended.log);
    CHECK(ended.exit_code == exit_code);
    CHECK(ended.log.find(answer) != ended.log.npos);
    CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == 1);
  }
  std::string text;
  std::ifstream{file} >> text;
  CHECK(text == "precious");
}

TEST_CASE("of servers that start at once on one Unix socket, the first has it") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const auto path = disk / "s";
  process::ending second;
  std::thread starts_second{[&] {
    // The first one is bound, and listens a second later.
    while (!std::filesystem::exists(path))
      std::this_thread::yield();
    second = refused("unix:" + path);
  }};
  auto injection = injected("listen:delay_enter=1000000");
  injection.listen = {"unix:" + path};
  const server_process first{{}, injection};
  starts_second.join();
  CHECK(second.exit_code == 1);
  CHECK(second.log.find("Address already in use") != second.log.npos);
  CHECK(client{"unix:" + path}.ask(get_request("/inc?name=x")).body == "ok\n");
}

TEST_CASE("a start says that another program has locked the folder of its Unix socket") {
  const temporary_directory disk;
  const int folder = ::open(disk.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(::flock(folder, LOCK_EX) == 0);
  const auto ended = refused("unix:" + (disk / "s"));
  ::close(folder);
  CHECK(ended.exit_code == 1);
  CHECK(ended.log.find("No locks available") != ended.log.npos);
}

TEST_CASE("operators have a Unix socket of their own") {
  const temporary_directory disk;
  const auto path = disk / "ops";
  server_process server{{"--ops-listen", "unix:" + path}};
  client connection{"unix:" + path};
  CHECK(connection.ask(get_request("/readyz")).body == "ok\n");
  CHECK(connection.ask(get_request("/inc?name=x")).status == 404);
  CHECK(server.stop().exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(path));
}
