#include "process/stderr_sink.hpp"

#include <doctest/doctest.h>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using descriptors = std::array<int, 2>;

descriptors open_pipe() {
  descriptors ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  return ends;
}

descriptors open_sockets() {
  descriptors ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  return ends;
}

descriptors open_terminal() {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(master >= 0);
  REQUIRE(::grantpt(master) == 0);
  REQUIRE(::unlockpt(master) == 0);
  return {master, ::open(::ptsname(master), O_RDWR | O_NOCTTY)};
}

descriptors open_file() {
  std::string path = "/tmp/counterd-test-XXXXXX";
  const int writer = ::mkstemp(path.data());
  const int reader = ::open(path.c_str(), O_RDONLY);
  ::unlink(path.c_str());
  return {reader, writer};
}

/// Replaces stderr by the second of two ends during its lifetime; the first one is read.
class redirected_stderr {
public:
  explicit redirected_stderr(const descriptors& ends) : saved_(::dup(STDERR_FILENO)), ends_(ends) {
    ::dup2(ends_[1], STDERR_FILENO);
  }

  ~redirected_stderr() {
    ::dup2(saved_, STDERR_FILENO);
    for (int descriptor : {saved_, ends_[0], ends_[1]})
      ::close(descriptor);
  }

  void fill() {
    const int flags = ::fcntl(ends_[1], F_GETFL);
    ::fcntl(ends_[1], F_SETFL, flags | O_NONBLOCK);
    while (::write(ends_[1], "x", 1) == 1) {
    }
    ::fcntl(ends_[1], F_SETFL, flags);
  }

  /// Reads what is there. A terminal's lines end as those of a pipe.
  std::string read() {
    std::string all;
    std::array<char, 4096> some;
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    // A terminal passes on what was written a little later.
    for (pollfd in{ends_[0], POLLIN, 0}; ::poll(&in, 1, 100) == 1;) {
      const auto bytes = ::read(ends_[0], some.data(), some.size());
      if (bytes <= 0)
        break;
      all.append(some.data(), static_cast<std::size_t>(bytes));
    }
    all.erase(std::remove(all.begin(), all.end(), '\r'), all.end());
    return all;
  }

private:
  int saved_;
  descriptors ends_;
};

/// Calls `log`. If it blocks for long, makes room until it returns, and returns false.
template <class Log>
bool returns(redirected_stderr& output, Log log) {
  auto call = std::async(std::launch::async, log);
  const bool is_over = call.wait_for(std::chrono::seconds{5}) == std::future_status::ready;
  while (call.wait_for(std::chrono::milliseconds{1}) != std::future_status::ready)
    output.read();
  return is_over;
}

spdlog::logger make_logger() {
  spdlog::logger logger{"test", std::make_shared<process::stderr_sink>()};
  logger.set_pattern("%v");
  return logger;
}

}  // namespace

TEST_CASE("stderr_sink writes a line at once") {
  for (const auto open : {&open_pipe, &open_sockets, &open_terminal, &open_file}) {
    redirected_stderr output{open()};
    REQUIRE(::write(STDERR_FILENO, "before\n", 7) == 7);
    auto logger = make_logger();
    logger.info("hello");
    CHECK(output.read() == "before\nhello\n");
    CHECK((::fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK) == 0);
  }
}

TEST_CASE("stderr_sink drops lines while the pipe is full, and reports how many") {
  redirected_stderr pipe{open_pipe()};
  auto logger = make_logger();
  pipe.fill();
  logger.info("lost");
  logger.info("lost too");
  CHECK(pipe.read().find_first_not_of('x') == std::string::npos);
  logger.info("back");
  CHECK(pipe.read() == "back\n(2 lines were dropped: nobody read them)\n");
}

TEST_CASE("stderr_sink never blocks and never cuts a line, whatever nobody reads") {
  for (const auto open : {&open_pipe, &open_sockets, &open_terminal}) {
    redirected_stderr output{open()};
    auto logger = make_logger();
    const std::string line(90, 'a');
    CHECK(returns(output, [&] {
      for (int i = 0; i < 10'000; ++i)
        logger.info(line);
    }));
    std::string all = output.read();
    logger.info(line);  // a cut line is completed first
    all += output.read();
    logger.info("next");
    all += output.read();
    std::size_t whole = 0, dropped = 0;
    std::istringstream lines{all};
    std::string last;
    for (std::string each; std::getline(lines, each); last = each) {
      // A terminal may find room again between two lines.
      std::size_t number = 0;
      if (std::sscanf(each.c_str(), "(%zu lines were dropped: nobody read them)", &number) == 1)
        dropped += number;
      else
        whole += each == line ? 1 : 0;
    }
    CHECK(whole > 10);
    CHECK(dropped > 10);
    CHECK(whole + dropped == 10'001);
    CHECK(last == "next");
  }
}

TEST_CASE("stderr_sink writes a line that is longer than PIPE_BUF whole") {
  redirected_stderr pipe{open_pipe()};
  auto logger = make_logger();
  const std::string line(10'000, 'a');
  logger.info(line);
  logger.info("next");
  CHECK(pipe.read() == line + "\nnext\n");
}
