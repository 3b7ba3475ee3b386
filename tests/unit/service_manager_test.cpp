#include "process/service_manager.hpp"

#include "tests/unit/options_support.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using process::service_manager;
using unit::environment_variable;
using namespace std::chrono_literals;

namespace {

/// The socket of a service manager. `name` begins with / or, for an abstract address, @.
class manager_socket {
public:
  explicit manager_socket(const std::string& name) : name_(name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@')
      address.sun_path[0] = '\0';
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())) == 0);
  }
  ~manager_socket() {
    ::close(socket_);
    if (name_[0] == '/')
      std::filesystem::remove(name_);
  }
  manager_socket(const manager_socket&) = delete;
  manager_socket& operator=(const manager_socket&) = delete;

  /// Returns the next message; empty if there is none.
  std::string next() const {
    std::array<char, 4096> buffer{};
    const auto bytes = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return bytes < 0 ? std::string{} : std::string{buffer.data(), static_cast<std::size_t>(bytes)};
  }

  const std::string& name() const { return name_; }

private:
  std::string name_;
  int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

std::string unique(const std::string& name) {
  return name + std::to_string(::getpid());
}

}  // namespace

TEST_CASE("a service manager is told how a service starts, reloads and stops") {
  for (const auto& name : {unique((std::filesystem::temp_directory_path() / "notify-").string()),
                           unique("@notify-")}) {
    CAPTURE(name);
    const manager_socket socket{name};
    const environment_variable address{"NOTIFY_SOCKET", name};
    service_manager manager;
    manager.beat();
    CHECK(socket.next() == "EXTEND_TIMEOUT_USEC=30000000");
    // Not so soon again.
    manager.beat();
    CHECK(socket.next().empty());
    manager.ready("serving", [] { return true; });
    CHECK(socket.next() == "READY=1\nSTATUS=serving");
    manager.beat();
    CHECK(socket.next().empty());  // there is no watchdog
    manager.reloading();
    CHECK(socket.next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    manager.reloaded("serving");
    CHECK(socket.next() == "READY=1\nSTATUS=serving");
    manager.stopping("stopping", 7s);
    CHECK(socket.next() == "STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=7000000");
  }
}

TEST_CASE("the watchdog is fed only while the service is alive") {
  const manager_socket socket{unique("@watchdog-")};
  const environment_variable address{"NOTIFY_SOCKET", socket.name()};
  const environment_variable period{"WATCHDOG_USEC", "600000"};
  const environment_variable process{"WATCHDOG_PID", std::to_string(::getpid())};
  service_manager manager;
  CHECK(manager.period() == 200ms);
  bool is_alive = true;
  manager.ready("", [&] { return is_alive; });
  socket.next();
  manager.beat();
  CHECK(socket.next() == "WATCHDOG=1");
  is_alive = false;
  manager.beat();
  CHECK(socket.next().empty());
  is_alive = true;
  manager.beat();
  CHECK(socket.next() == "WATCHDOG=1");
  manager.stopping("", 1s);
  socket.next();
  manager.beat();
  CHECK(socket.next().empty());
}

TEST_CASE("a watchdog of another process is none, and a beat is at most a second apart") {
  const manager_socket socket{unique("@other-")};
  const environment_variable address{"NOTIFY_SOCKET", socket.name()};
  {
    const environment_variable period{"WATCHDOG_USEC", "600000"};
    const environment_variable process{"WATCHDOG_PID", "1"};
    service_manager manager;
    CHECK(manager.period() == 1s);
    manager.ready("", [] { return true; });
    socket.next();
    manager.beat();
    CHECK(socket.next().empty());
  }
  const environment_variable period{"WATCHDOG_USEC", "3600000000"};
  CHECK(service_manager{}.period() == 1s);
}

TEST_CASE("a message for which there is no room is sent with a later beat") {
  const manager_socket socket{unique("@full-")};
  const environment_variable address{"NOTIFY_SOCKET", socket.name()};
  const environment_variable period{"WATCHDOG_USEC", "600000"};
  service_manager manager;
  // As many as the socket takes.
  for (int i = 0; i < 10'000; ++i)
    manager.reloaded("filling");
  manager.ready("here", [] { return true; });
  bool is_there = false;
  for (int i = 0; i < 10'000; ++i) {
    const auto message = socket.next();
    if (message.empty())
      break;
    is_there |= message == "READY=1\nSTATUS=here";
  }
  CHECK_FALSE(is_there);
  manager.beat();
  CHECK(socket.next() == "READY=1\nSTATUS=here");
  CHECK(socket.next() == "WATCHDOG=1");
}

TEST_CASE("without a manager, or with one that has gone, nothing is sent and nothing fails") {
  for (const std::string name : {"", "vsock:2:1", "/nowhere/at/all", "@nobody-listens-here"}) {
    std::optional<environment_variable> address;
    if (!name.empty())
      address.emplace("NOTIFY_SOCKET", name);
    service_manager manager;
    manager.beat();
    manager.ready("x", [] { return true; });
    manager.beat();
    manager.stopping("x", 1s);
  }
}
