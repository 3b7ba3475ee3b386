#include "tests/server/support/client.hpp"
#include "tests/server/support/held_socket.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/stopped_thread.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace support;
using namespace std::chrono_literals;

namespace {

/// What systemd has for a service with Type=notify.
class notify_socket {
public:
  notify_socket() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~notify_socket() { ::close(socket_); }
  notify_socket(const notify_socket&) = delete;
  notify_socket& operator=(const notify_socket&) = delete;

  setting told() const { return {.environment = {"NOTIFY_SOCKET=" + path_}}; }

  /// Returns the next message within this time; empty if there is none.
  std::string next(std::chrono::milliseconds patience = 20s) const {
    pollfd ready{socket_, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0)
      return {};
    std::array<char, 4096> buffer{};
    const auto bytes = ::recv(socket_, buffer.data(), buffer.size(), 0);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(bytes, 0))};
  }

  /// Returns the next message that begins with `text`.
  std::string wait_for(const std::string& text) const {
    for (;;) {
      const auto message = next();
      REQUIRE_FALSE(message.empty());
      if (message.starts_with(text))
        return message;
    }
  }

private:
  temporary_directory directory_;
  std::string path_ = directory_ / "notify";
  int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

setting handed(const std::vector<const held_socket*>& sockets, const std::string& names) {
  setting options{.listen = {}, .socket_names = names};
  for (const auto* socket : sockets)
    options.sockets.push_back(socket->descriptor());
  return options;
}

}  // namespace

TEST_CASE("a service manager is told when the server starts, serves, reloads and stops") {
  const notify_socket manager;
  const temporary_directory disk;
  server_process server{{"--data", disk / "data", "--drain-delay", "1s"}, manager.told()};
  CHECK(manager.next() == "EXTEND_TIMEOUT_USEC=30000000");
  const auto ready = manager.wait_for("READY=1");
  CHECK(ready == "READY=1\nSTATUS=serving from rocksdb:" + (disk / "data"));
  server.signal(SIGHUP);
  CHECK(manager.next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  CHECK(manager.next() == ready);
  server.signal(SIGTERM);
  CHECK(manager.next() == "STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=10600000");
  CHECK(server.wait().exit_code == 0);
}

TEST_CASE("a service manager is told nothing by a start that fails") {
  const notify_socket manager;
  process server{counterd({"--listen", "unix:/nowhere/s"}), manager.told()};
  CHECK(server.wait().exit_code == 1);
  for (auto message = manager.next(100ms); !message.empty(); message = manager.next(100ms))
    CHECK(message.starts_with("EXTEND_TIMEOUT_USEC="));
}

TEST_CASE("the watchdog is fed while the loops get on, and not when one is stuck") {
  const notify_socket manager;
  auto options = manager.told();
  options.environment.emplace_back("WATCHDOG_USEC=300000");
  const server_process server{{"--ops-listen", "127.0.0.1:0"}, options};
  manager.wait_for("READY=1");
  for (int i = 0; i < 5; ++i)
    CHECK(manager.next(5s) == "WATCHDOG=1");
  process load{{"ab", "-q", "-k", "-n", "100000000", "-c", "16",
                "http://127.0.0.1:" + std::to_string(server.port()) + "/inc?name=x"}};
  auto stopped = stop_loop_in_pass(server.id(), server.port(1));
  std::this_thread::sleep_for(30s);
  while (!manager.next(0ms).empty()) {
  }
  CHECK(manager.next(2s).empty());
  stopped.reset();
  CHECK(manager.next(5s) == "WATCHDOG=1");
}

TEST_CASE("a server takes the sockets of a service manager, and not its default address") {
  const temporary_directory disk;
  const held_socket tcp, operators, file{disk / "s"};
  for (const std::string names : {"http:ops:http", "counterd.socket:ops:"}) {
    server_process server{{"--threads", "2"}, handed({&tcp, &operators, &file}, names)};
    CHECK(server.addresses() == words{tcp.address(), file.address(), operators.address()});
    CHECK(client{tcp.address()}.ask(get_request("/inc?name=x")).body == "ok\n");
    CHECK(client{file.address()}.ask(get_request("/get?name=x")).body == "x: 1\n");
    client monitor{operators.address()};
    CHECK(monitor.ask(get_request("/readyz")).body == "ok\n");
    CHECK(monitor.ask(get_request("/inc?name=x")).status == 404);
    CHECK(server.stop().exit_code == 0);
  }
  // The file belongs to the manager.
  CHECK(std::filesystem::exists(disk / "s"));
}

TEST_CASE("addresses of flags are beside the sockets of a service manager") {
  const held_socket tcp;
  auto options = handed({&tcp}, "http");
  options.listen = {"127.0.0.1:0"};
  const server_process server{{}, options};
  CHECK(server.addresses().size() == 2);
  CHECK(get(server.port(0), "/inc?name=x").body == "ok\n");
  CHECK(get(server.port(1), "/get?name=x").body == "x: 1\n");
}

TEST_CASE("a server refuses sockets that it cannot use, with a line that says why") {
  const held_socket tcp;
  const int datagrams = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct {
    int descriptor;
    std::string names, answer;
  } const cases[] = {
      {tcp.descriptor(), "htpp", "FileDescriptorName= is http or ops"},
      {tcp.descriptor(), "http:ops", "LISTEN_FDNAMES"},
      {datagrams, "http", "no TCP or Unix stream socket that listens"},
      {silent, "http", "no TCP or Unix stream socket that listens"},
  };
  for (const auto& [descriptor, names, answer] : cases) {
    CAPTURE(answer);
    setting options{.listen = {}, .sockets = {descriptor}, .socket_names = names};
    const auto ended = process{counterd({}), options}.wait();
    CHECK(ended.exit_code == (names == "http:ops" ? 1 : 2));
    CHECK(ended.log.find(answer) != ended.log.npos);
    CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == 1);
  }
  ::close(datagrams);
  ::close(silent);
}

TEST_CASE("no request fails while a server with a socket of its manager is restarted") {
  const held_socket socket;
  const temporary_directory disk;
  const words flags{"--data", disk / "data", "--threads", "2"};
  std::optional<server_process> server;
  server.emplace(flags, handed({&socket}, "http"));
  std::atomic<int> done = 0;
  std::atomic<int> failed = 0;
  std::vector<std::jthread> clients;
  for (int i = 0; i < 16; ++i)
    clients.emplace_back([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        try {
          client connection{socket.address()};
          bool is_open = true;
          while (is_open && !stop.stop_requested()) {
            const auto answer = connection.ask(get_request("/inc?name=x"));
            ++(answer.status == 200 ? done : failed);
            is_open = answer.field("Connection") != "close";
          }
        } catch (const std::exception&) {
          ++failed;
        }
      }
    });
  for (int restart = 0; restart < 3; ++restart) {
    const int before = done;
    while (done < before + 300)
      std::this_thread::sleep_for(1ms);
    CHECK(server->stop().exit_code == 0);
    server.emplace(flags, handed({&socket}, "http"));
  }
  const int before = done;
  while (done < before + 300)
    std::this_thread::sleep_for(1ms);
  clients.clear();
  CHECK(failed == 0);
  client last{socket.address()};
  CHECK(last.ask(get_request("/get?name=x")).body == "x: " + std::to_string(done) + "\n");
  MESSAGE(done.load() << " requests");
}
