#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace support;

namespace {

/// Runs ApacheBench against /inc.
void check_with_ab(const words& more_flags) {
  for (const std::string threads : {"1", "4"})
    for (const std::string shards : {"1", "4"}) {
      CAPTURE(threads);
      CAPTURE(shards);
      server_process server{{"--threads", threads, "--shards", shards}};
      words command{"ab", "-q", "-n", "20000", "-c", "200"};
      command.insert(command.end(), more_flags.begin(), more_flags.end());
      command.push_back("http://" + server.addresses()[0] + "/inc?name=i");
      const auto ended = process{command}.wait(std::chrono::seconds{250});
      REQUIRE_MESSAGE(ended.exit_code != 127, "these tests need ab (Debian: apache2-utils)");
      CAPTURE(ended.output);
      CAPTURE(ended.log);
      CHECK(ended.exit_code == 0);
      CHECK(ended.output.find("Complete requests:      20000\n") != std::string::npos);
      CHECK(ended.output.find("Failed requests:        0\n") != std::string::npos);
      CHECK(ended.output.find("Non-2xx") == std::string::npos);
      CHECK(get(server.port(), "/get?name=i").body == "i: 20000\n");
    }
}

}  // namespace

TEST_CASE("ab with a connection per request counts to exactly 20000") {
  check_with_ab({});
}

TEST_CASE("ab with persistent connections counts to exactly 20000") {
  check_with_ab({"-k"});
}
