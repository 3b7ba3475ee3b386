#include "process/inherited_sockets.hpp"

#include "tests/unit/options_support.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

using process::take_inherited_sockets;
using unit::environment_variable;

namespace {

std::vector<process::inherited_socket> sockets_of(const std::string& process,
                                                  const std::string& count,
                                                  const std::optional<std::string>& names) {
  const environment_variable pid{"LISTEN_PID", process};
  const environment_variable fds{"LISTEN_FDS", count};
  std::optional<environment_variable> fd_names;
  if (names)
    fd_names.emplace("LISTEN_FDNAMES", *names);
  auto sockets = take_inherited_sockets();
  // Nobody takes them twice.
  CHECK(std::getenv("LISTEN_PID") == nullptr);
  CHECK(std::getenv("LISTEN_FDS") == nullptr);
  CHECK(std::getenv("LISTEN_FDNAMES") == nullptr);
  return sockets;
}

const std::string own = std::to_string(::getpid());

}  // namespace

TEST_CASE("take_inherited_sockets() returns descriptors from 3 on, with their names") {
  CHECK(take_inherited_sockets().empty());
  const auto sockets = sockets_of(own, "3", "http::ops");
  REQUIRE(sockets.size() == 3);
  CHECK(sockets[0].descriptor == 3);
  CHECK(sockets[0].name == "http");
  CHECK(sockets[1].descriptor == 4);
  CHECK(sockets[1].name.empty());
  CHECK(sockets[2].name == "ops");
  const auto unnamed = sockets_of(own, "1", std::nullopt);
  REQUIRE(unnamed.size() == 1);
  CHECK(unnamed[0].name.empty());
  CHECK(sockets_of(own, "0", std::nullopt).empty());
}

TEST_CASE("take_inherited_sockets() ignores what is for another process") {
  CHECK(sockets_of("1", "2", "a:b").empty());
  CHECK(sockets_of("", "2", "a:b").empty());
  CHECK(sockets_of(own + "x", "2", "a:b").empty());
}

TEST_CASE("take_inherited_sockets() refuses variables that contradict each other") {
  for (const std::string count : {"-1", "65", "x", "", "1x", "99999999999999999999"}) {
    CAPTURE(count);
    CHECK_THROWS_AS(sockets_of(own, count, std::nullopt), std::runtime_error);
  }
  CHECK_THROWS_AS(sockets_of(own, "2", "http"), std::runtime_error);
  CHECK_THROWS_AS(sockets_of(own, "1", "http:ops"), std::runtime_error);
}
