#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace support;

namespace {

void check_refuses(const words& arguments, const setting& options = {}) {
  std::string line;
  for (const auto& word : arguments)
    line += " " + word;
  CAPTURE(line);
  const auto ended = process{counterd(arguments), options}.wait();
  CAPTURE(ended.log);
  CHECK(ended.exit_code > 0);
  CHECK(ended.output == "");
  CHECK(ended.log.starts_with("counterd: "));
  CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == 1);
  CHECK(ended.log.ends_with('\n'));
}

/// A plain socket on a free port of 127.0.0.1.
class taken_port {
public:
  explicit taken_port(bool listens, bool is_shared = false)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = is_shared ? 1 : 0;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    REQUIRE(bind(socket_, any, size) == 0);
    REQUIRE((!listens || listen(socket_, 1) == 0));
    REQUIRE(getsockname(socket_, any, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~taken_port() { close(socket_); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::uint16_t port() const { return port_; }

private:
  int socket_;
  std::uint16_t port_;
};

class config_file {
public:
  explicit config_file(const std::string& text) {
    close(mkstemp(path_.data()));
    std::ofstream{path_} << text;
  }
  ~config_file() { unlink(path_.c_str()); }

  const std::string& path() const { return path_; }

private:
  std::string path_ = "/tmp/counterd-test-XXXXXX";
};

bool can_bind_ipv6(const in6_addr& address) {
  const int probe = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 endpoint{};
  endpoint.sin6_family = AF_INET6;
  endpoint.sin6_addr = address;
  const bool is_bound =
      bind(probe, reinterpret_cast<const sockaddr*>(&endpoint), sizeof endpoint) == 0;
  close(probe);
  return is_bound;
}

/// Returns the number of counters that the server has room for, at most 9.
int room(const server_process& server) {
  client connection{server.port()};
  int count = 0;
  while (count < 9 &&
         connection.ask(get_request("/inc?name=" + std::to_string(count))).status == 200)
    ++count;
  return count;
}

}  // namespace

TEST_CASE("counterd refuses invalid flags with one line") {
  const words table[] = {
      {"--nope"},
      {"stray"},
      {"--threads"},
      {"--threads", "0"},
      {"--threads", "-1"},
      {"--threads", "two"},
      {"--threads", "1000000"},
      {"--shards", "0"},
      {"--shards", "1.5"},
      {"--max-connections", "0"},
      {"--max-pipelined", "0"},
      {"--max-counters", "0"},
      {"--idempotency-max", "-1"},
      {"--idempotency-ttl", "0"},
      {"--header-timeout", "soon"},
      {"--body-timeout", "0"},
      {"--write-timeout", "-1s"},
      {"--idle-timeout", "10 years"},
      {"--log-level", "loud"},
      {"--listen", "127.0.0.1"},
      {"--listen", "127.0.0.1:"},
      {"--listen", "127.0.0.1:65536"},
      {"--listen", "::1:0"},
      {"--data", ""},
      {"--data", "/tmp", "--memory", "1"},
      {"--data", "/tmp", "--sync", "never"},
      {"--data", "/tmp", "--sync", "interval", "--sync-interval", "61s"},
      {"--memory", "15M"},
      {"--memory", "16M", "--shards", "17"},
      {"--sync", "always"},
      {"--sync-interval", "1s"},
      {"check"},
      {"check", "/tmp", "/tmp"},
      {"check", "/tmp", "--data", "/tmp"},
      {"--data", "/tmp", "check", "/tmp"},
      {"--config", "/nonexistent/file"},
      {"--config", "/"},
  };
  for (const auto& arguments : table)
    check_refuses(arguments);
  check_refuses({}, {.environment = {"COUNTERD_THREADS=two"}});
  check_refuses({}, {.environment = {"COUNTERD_LISTEN=nowhere"}});
  check_refuses({}, {.environment = {"COUNTERD_LISTEN=127.0.0.1:0,nowhere"}});
  check_refuses({}, {.environment = {"COUNTERD_DATA="}});
  check_refuses({"--data=", "--sync=interval"});
  check_refuses({"check", "/tmp"}, {.environment = {"COUNTERD_THREADS=two"}});
  for (const std::string text : {"no-such-flag = 1\n", "threads = two\n", "listen = [\n"}) {
    CAPTURE(text);
    const config_file file{text};
    check_refuses({"--config", file.path()});
  }
}

TEST_CASE("counterd exits with one line when it cannot listen on an address") {
  const taken_port listening{true};
  const taken_port shared{true, /*is_shared=*/true};
  const server_process single{{"--threads", "1"}};
  const server_process several{{"--threads", "2"}};
  const std::string table[] = {
      listening.address(),    shared.address(), single.addresses()[0],
      several.addresses()[0], "a..b:0",         "192.0.2.1:0",
  };
  for (const auto& address : table)
    for (const std::string threads : {"1", "2"})
      check_refuses({"--threads", threads, "--listen", address});
  CHECK(get(single.port(), "/").status == 200);
  CHECK(get(several.port(), "/").status == 200);
}

TEST_CASE("counterd listens on no address when one of two is in use") {
  const taken_port taken{true};
  std::string free_address;
  std::uint16_t free_port;
  {
    const taken_port freed{false};
    free_address = freed.address();
    free_port = freed.port();
  }
  check_refuses({"--listen", free_address, "--listen", taken.address()});
  CHECK_FALSE(is_listening(free_port));
}

TEST_CASE("counterd --version and --help print and exit") {
  const auto version = process{counterd({"--version"})}.wait();
  CHECK(version.exit_code == 0);
  CHECK(version.output.starts_with("counterd "));
  CHECK(std::count(version.output.begin(), version.output.end(), '\n') == 1);
  CHECK(version.log == "");

  const auto help = process{counterd({"--help"})}.wait();
  CHECK(help.exit_code == 0);
  CHECK(help.log == "");
  for (const std::string flag : {"--listen",
                                 "--threads",
                                 "--shards",
                                 "--max-connections",
                                 "--max-pipelined",
                                 "--max-counters",
                                 "--idempotency-max",
                                 "--idempotency-ttl",
                                 "--header-timeout",
                                 "--body-timeout",
                                 "--write-timeout",
                                 "--idle-timeout",
                                 "--data",
                                 "--memory",
                                 "--sync",
                                 "--sync-interval",
                                 "--log-level",
                                 "--config",
                                 "COUNTERD_LISTEN",
                                 "check"}) {
    CAPTURE(flag);
    CHECK(help.output.find(flag) != std::string::npos);
  }
}

TEST_CASE("counterd says that its output is lost, and exits with 1") {
  const temporary_directory disk;
  const auto data = disk / "data";
  CHECK(server_process{{"--data", data}}.stop().exit_code == 0);
  for (const words& arguments : {words{"--help"}, {"--version"}, {"check", data}}) {
    CAPTURE(arguments);
    words command{"sh", "-c", R"(exec "$0" "$@" > /dev/full)"};
    const auto server = counterd(arguments);
    command.insert(command.end(), server.begin(), server.end());
    const auto ended = process{command}.wait();
    CHECK(ended.exit_code == 1);
    CHECK(ended.log == "counterd: stdout cannot be written: No space left on device\n");
  }
}

TEST_CASE("counterd serves the same counters on every address") {
  const server_process server{{}, {.listen = {"127.0.0.1:0", "127.0.0.1:0"}}};
  REQUIRE(server.port(0) != server.port(1));
  CHECK(get(server.port(0), "/inc?name=x").body == "ok\n");
  CHECK(get(server.port(1), "/get?name=x").body == "x: 1\n");
}

TEST_CASE("counterd listens on IPv6") {
  if (!can_bind_ipv6(in6addr_loopback)) {
    MESSAGE("no IPv6 here: not tested");
    return;
  }
  for (const std::string threads : {"1", "2"}) {
    const server_process server{{"--threads", threads}, {.listen = {"[::1]:0"}}};
    REQUIRE(server.addresses()[0].starts_with("[::1]:"));
    client connection{server.addresses()[0]};
    CHECK(connection.ask(get_request("/inc?name=x")).body == "ok\n");
    CHECK_FALSE(is_listening(server.port()));
  }
}

TEST_CASE("a flag overrides the environment, which overrides the file") {
  const config_file file{"max-counters = 1\nshards = 2\n"};
  const words from_environment{"COUNTERD_MAX_COUNTERS=2"};
  CHECK(room(server_process{{"--config", file.path()}}) == 1);
  CHECK(room(server_process{{}, {.environment = {"COUNTERD_CONFIG=" + file.path()}}}) == 1);
  CHECK(room(server_process{{}, {.environment = from_environment}}) == 2);
  CHECK(room(server_process{{"--config", file.path()}, {.environment = from_environment}}) == 2);
  CHECK(room(server_process{{"--max-counters", "3", "--config", file.path()},
                            {.environment = from_environment}}) == 3);
}

TEST_CASE("COUNTERD_LISTEN sets the addresses") {
  server_process server{
      {}, {.environment = {"COUNTERD_LISTEN=127.0.0.1:0, 127.0.0.1:0"}, .listen = {}}};
  CHECK(get(server.port(), "/").status == 200);
  const auto output = server.stop().output;
  CHECK(std::count(output.begin(), output.end(), '\n') == 2);
}

TEST_CASE("--listen PORT is the loopback address, and :PORT every address with a warning") {
  server_process loopback{{}, {.listen = {"0"}}};
  CHECK(loopback.addresses()[0].starts_with("127.0.0.1:"));
  CHECK(get(loopback.port(), "/").status == 200);
  CHECK(loopback.stop().log.find("warning") == std::string::npos);

  server_process everywhere{{"--anonymous", "all"}, {.listen = {":0"}}};
  const bool is_ipv4 = everywhere.addresses()[0].starts_with("0.0.0.0:");
  client connection{(is_ipv4 ? "127.0.0.1:" : "[::1]:") + std::to_string(everywhere.port())};
  CHECK(connection.ask(get_request("/inc?name=x")).body == "ok\n");
  connection.reset();
  const auto ended = everywhere.stop();
  CHECK(ended.output.find("listening on http://0.0.0.0:") != std::string::npos);
  if (can_bind_ipv6(in6addr_any))
    CHECK(ended.output.find("listening on http://[::]:") != std::string::npos);
}

TEST_CASE(
    "a server that other machines reach ends with 2 and a line, unless --anonymous is given") {
  for (const std::string address :
       {":0", "*:0", "0:0", "0x0:0", "0.0.0.0:0", "[::]:0", "[0::0]:0"}) {
    CAPTURE(address);
    const temporary_directory disk;
    const auto data = disk.path() / "data";
    process refused{counterd({"--listen", address, "--data", data.string()})};
    const auto ended = refused.wait();
    CHECK(ended.exit_code == 2);
    CHECK(ended.output == "");
    CHECK(ended.log.starts_with("counterd: --listen is reachable from other machines"));
    CHECK(ended.log.find("--anonymous") != std::string::npos);
    CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == 1);
    CHECK_FALSE(std::filesystem::exists(data));
    if (address.starts_with('[') && !can_bind_ipv6(in6addr_any))
      continue;
    server_process server{{"--anonymous", "read,add"}, {.listen = {address}}};
    const auto port = std::to_string(server.port());
    const auto log = server.stop().log;
    const auto line = " warning anyone who reaches port " + port + " has these rights: read,add;";
    CHECK(log.find(line) != log.npos);
    CHECK(log.find(line) == log.rfind(line));
  }
  server_process server{{}, {.listen = {"127.0.0.1:0"}}};
  CHECK(server.stop().log.find("anyone who reaches") == std::string::npos);
}

TEST_CASE("the log names unknown COUNTERD_ variables and where the counters are stored") {
  const temporary_directory data;
  server_process server{{"--data", data.path().string()},
                        {.environment = {"COUNTERD_PORT=tcp://10.0.0.1:8000", "COUNTERD_SHARD=2"}}};
  CHECK(get(server.port(), "/inc?name=x").body == "ok\n");
  const auto log = server.stop().log;
  CAPTURE(log);
  CHECK(log.find(" warning COUNTERD_PORT ") != std::string::npos);
  CHECK(log.find(" warning COUNTERD_SHARD ") != std::string::npos);
  CHECK(log.find("10.0.0.1") == std::string::npos);
  CHECK(log.find(" store=rocksdb:" + data.path().string() + "\n") != std::string::npos);
}

TEST_CASE("the log reports start and stop, and no request") {
  server_process server{{"--max-connections", "100"}};
  for (const std::string target : {"/inc?name=x", "/get?name=x", "/get", "/nowhere"})
    CHECK(get(server.port(), target).status != 0);
  client refused{server.port()};
  CHECK(refused.ask("nonsense\r\n\r\n").status == 400);
  refused.reset();
  client vanishing{server.port()};
  vanishing.send("GET /");
  vanishing.reset();
  const auto ended = server.stop();
  CHECK(ended.exit_code == 0);
  CHECK(ended.log.find("started: threads=") != std::string::npos);
  CHECK(ended.log.find(" store=memory\n") != std::string::npos);
  CHECK(ended.log.find("stopping on SIGTERM") != std::string::npos);
  CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == 3);
  CHECK(ended.output == "listening on http://" + server.addresses()[0] + "\n");

  server_process quiet{{"--log-level", "off"}};
  CHECK(get(quiet.port(), "/nowhere").status == 404);
  CHECK(quiet.stop().log == "");
}
