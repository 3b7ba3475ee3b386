#include "config/stderr_sink.hpp"

#include <doctest/doctest.h>

#include <spdlog/spdlog.h>

#include <array>
#include <memory>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace {

/// Replaces stderr by a pipe during its lifetime.
class stderr_pipe {
public:
  stderr_pipe() : saved_(::dup(STDERR_FILENO)) {
    REQUIRE(::pipe(ends_.data()) == 0);
    ::dup2(ends_[1], STDERR_FILENO);
  }

  ~stderr_pipe() {
    ::dup2(saved_, STDERR_FILENO);
    for (int descriptor : {saved_, ends_[0], ends_[1]})
      ::close(descriptor);
  }

  void fill() {
    ::fcntl(ends_[1], F_SETFL, O_NONBLOCK);
    while (::write(ends_[1], "x", 1) == 1) {
    }
    ::fcntl(ends_[1], F_SETFL, 0);
  }

  /// Reads what is in the pipe.
  std::string read() {
    std::string all;
    std::array<char, 4096> some;
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    for (ssize_t bytes; (bytes = ::read(ends_[0], some.data(), some.size())) > 0;)
      all.append(some.data(), static_cast<std::size_t>(bytes));
    return all;
  }

private:
  int saved_;
  std::array<int, 2> ends_{};
};

spdlog::logger make_logger() {
  spdlog::logger logger{"test", std::make_shared<config::stderr_sink>()};
  logger.set_pattern("%v");
  return logger;
}

}  // namespace

TEST_CASE("stderr_sink writes a line at once") {
  stderr_pipe pipe;
  auto logger = make_logger();
  logger.info("hello");
  CHECK(pipe.read() == "hello\n");
}

TEST_CASE("stderr_sink drops lines while the pipe is full, and reports how many") {
  stderr_pipe pipe;
  auto logger = make_logger();
  pipe.fill();
  logger.info("lost");
  logger.info("lost too");
  CHECK(pipe.read().find_first_not_of('x') == std::string::npos);
  logger.info("back");
  CHECK(pipe.read() == "back\n(2 lines were dropped: nobody read them)\n");
}
