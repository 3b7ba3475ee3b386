// A server on a terminal that nobody reads.

#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

using namespace support;

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class terminal {
public:
  terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0)
      throw std::runtime_error{"no terminal"};
    slave_ = ::open(name().c_str(), O_RDWR | O_NOCTTY);
  }
  ~terminal() {
    ::close(slave_);
    ::close(master_);
  }
  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;

  std::string name() const { return ::ptsname(master_); }

  void fill() {
    ::fcntl(slave_, F_SETFL, O_RDWR | O_NONBLOCK);
    while (::write(slave_, "x", 1) == 1) {
    }
  }

private:
  int master_;
  int slave_;
};

/// Runs the server with redirections of a shell.
setting redirected(const std::string& redirections) {
  return {.runner = {"sh", "-c", "exec \"$0\" \"$@\" " + redirections}};
}

void check_stops_in_time(process& server) {
  const auto begin = steady_clock::now();
  server.signal(SIGTERM);
  CHECK(server.wait().exit_code == 0);
  CHECK(steady_clock::now() - begin < std::chrono::seconds{3});
}

}  // namespace

TEST_CASE("a server serves and stops when nobody reads the terminal of its log") {
  const terminal terminal;
  server_process server{{}, redirected("2>" + terminal.name())};
  // A line for each.
  for (int i = 0; i < 300; ++i) {
    server.signal(SIGHUP);
    std::this_thread::sleep_for(milliseconds{2});
  }
  CHECK(get(server.port(), "/inc?name=x").body == "ok\n");
  check_stops_in_time(server);
}

TEST_CASE("a server stops when nobody reads the terminal of its log and its stdout") {
  for (const std::string redirections : {"2>", ">", ">&2 2>"}) {
    terminal terminal;
    terminal.fill();
    auto command = counterd({"--listen", "127.0.0.1:0"});
    const auto shell = redirected(redirections + terminal.name()).runner;
    command.insert(command.begin(), shell.begin(), shell.end());
    process server{command};
    std::this_thread::sleep_for(milliseconds{2000});
    check_stops_in_time(server);
  }
}
