// From a real Redis, which scripts/test installs.

#include "tests/server/counterctl/tool.hpp"
#include "tests/server/support/held_socket.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

using namespace support;

namespace {

/// A port that was free a moment ago.
std::string free_port() {
  const auto address = held_socket{}.address();
  return address.substr(address.find(':') + 1);
}

/// A Redis in memory with a password.
class redis_server {
public:
  redis_server()
      : port_(free_port()),
        process_({"redis-server", "--port", port_, "--save", "", "--requirepass", "secret", "--dir",
                  directory_.path().string()}) {
    for (int i = 0; i < 300 && run({"PING"}).output != "PONG\n"; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    REQUIRE(run({"PING"}).output == "PONG\n");
  }

  process::ending run(const words& arguments) const {
    words command{"redis-cli", "-p", port_, "--no-auth-warning", "-a", "secret"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return process{command}.wait();
  }

  std::string url() const { return "redis://127.0.0.1:" + port_; }

private:
  temporary_directory directory_;
  std::string port_;
  process process_;
};

process::ending import(const server_process& server, const words& arguments) {
  return run_tool(arguments, {.server = "127.0.0.1:" + std::to_string(server.port()),
                              .environment = {"REDISCLI_AUTH=secret"}});
}

}  // namespace

TEST_CASE("import --redis takes the counters of a Redis, once, with their expiry") {
  const redis_server redis;
  const server_process server;
  // More than a step of SCAN returns.
  redis.run({"EVAL", "for i = 1, 2000 do redis.call('SET', 'page/' .. i, i) end", "0"});
  redis.run({"SET", "limit/ann", "3", "EX", "1000"});
  const auto first = import(server, {"import", "--mode", "add", "--redis", redis.url()});
  CAPTURE(first.log);
  CHECK(first.exit_code == 0);
  CHECK(ask(server, {"get", "page/1", "page/2000"}).output == "page/1\t1\npage/2000\t2000\n");
  CHECK(lines_of(ask(server, {"list", "--all"}).output).size() == 2001);
  CHECK(ask(server, {"-o", "json", "get", "limit/ann"}).output.find(R"("expires_at":"2)") !=
        std::string::npos);
  const auto second = import(server, {"import", "--mode", "add", "--redis", redis.url()});
  CHECK(second.log.find("2,001 had been imported before") != std::string::npos);
  CHECK(ask(server, {"get", "page/7"}).output == "7\n");
  // A key that expires may be gone at the next import.
  redis.run({"DEL", "limit/ann"});
  const auto third = import(server, {"import", "--mode", "add", "--redis", redis.url()});
  CHECK(third.log.find("2,000 had been imported before") != std::string::npos);
  CHECK(ask(server, {"get", "page/7"}).output == "7\n");
}

TEST_CASE("import --redis tells the keys that are no counters, and matches a pattern") {
  const redis_server redis;
  const server_process server;
  redis.run({"MSET", "a", "1", "b", "text", "x/1", "5", "x/2", "-6"});
  redis.run({"LPUSH", "list", "1"});
  redis.run({"SET", "late", "1", "EX", "400000000"});
  redis.run({"SELECT", "1"});
  const auto refused = import(server, {"import", "--redis", redis.url()});
  CHECK(refused.exit_code == 2);
  CHECK(refused.log.find("Redis key b: ") != std::string::npos);
  CHECK(refused.log.find("Redis key list: ") != std::string::npos);
  CHECK(refused.log.find("Redis key late: it expires in more than ten years") != std::string::npos);
  CHECK(ask(server, {"list"}).output == "");
  CHECK(import(server, {"import", "--redis", redis.url(), "--match", "x/*"}).exit_code == 0);
  CHECK(ask(server, {"list"}).output == "x/1\t5\nx/2\t-6\n");
  CHECK(import(server, {"import", "-k", "--redis", redis.url()}).exit_code == 6);
  CHECK(ask(server, {"list"}).output == "a\t1\nx/1\t5\nx/2\t-6\n");
  // Database 1 is empty.
  const auto empty = import(server, {"import", "--redis", redis.url() + "/1"});
  CHECK(empty.exit_code == 0);
  CHECK(empty.log == "counterctl: imported 0 counters\n");
}

TEST_CASE("import --redis says why it cannot, without the password") {
  const redis_server redis;
  const server_process server;
  const auto check_fails = [&](const std::string& url, int exit_code, const std::string& mentions) {
    const auto ended = ask(server, {"-t", "1s", "import", "--redis", url});
    CAPTURE(ended.log);
    CHECK(ended.exit_code == exit_code);
    CHECK(ended.log.find(mentions) != std::string::npos);
    CHECK(ended.log.find("wrong") == std::string::npos);
  };
  check_fails(redis.url(), 4, "NOAUTH");
  auto with_password = redis.url();
  with_password.insert(with_password.find("127"), ":wrong@");
  check_fails(with_password, 4, "Redis: ");
  check_fails("redis://127.0.0.1:1", 3, "cannot be reached");
  check_fails("rediss://127.0.0.1", 2, "TLS");
  check_fails("redis://", 2, "redis://HOST");
  check_fails(held_socket{}.address(), 3, "cannot be reached");
}
