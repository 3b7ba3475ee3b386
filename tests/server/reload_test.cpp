#include "tests/server/support/client.hpp"
#include "tests/server/support/issued_token.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>

using namespace support;
using namespace std::chrono_literals;

namespace {

/// A config file and the server that was started with it.
class configured {
public:
  explicit configured(const std::string& text, const words& flags = {}, const setting& options = {})
      : path_(write(text)),
        server(with(flags), options) {}

  /// Returns the path of the file, which has this text from now on.
  std::string write(const std::string& text) {
    const auto path = directory_ / "counterd.toml";
    std::ofstream{path} << text;
    return path;
  }

  /// Has the server read this text. Returns its log when it says `answer`.
  std::string reload(const std::string& text, const std::string& answer) {
    write(text);
    server.signal(SIGHUP);
    const auto log = server.wait_for_log(answer, read_);
    read_ = log.size();
    return log;
  }

  const std::string& path() const { return path_; }

private:
  words with(words flags) const {
    flags.insert(flags.begin(), {"--config", path_, "--ops-listen", "127.0.0.1:0"});
    return flags;
  }

  temporary_directory directory_;
  std::size_t read_ = 0;  // of the log
  std::string path_;

public:
  server_process server;
};

int status_of(client& connection, const std::string& target, const std::string& fields = {}) {
  return connection.ask(request("GET", target, fields)).status;
}

std::string metric(const configured& running, const std::string& name) {
  const auto text = get(running.server.port(1), "/metrics").body;
  const auto begin = text.find("\n" + name + " ");
  REQUIRE(begin != text.npos);
  const auto value = begin + name.size() + 2;
  return text.substr(value, text.find('\n', value) - value);
}

}  // namespace

TEST_CASE("SIGHUP applies a changed config file, and closes no connection") {
  configured running{"allow-host = a.example\n"};
  client connection{running.server.port()};
  const auto is_answered = [&](const std::string& host) {
    connection.send("GET /inc?name=x HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return connection.read_answer().status == 200;
  };
  CHECK(is_answered("a.example"));
  CHECK_FALSE(is_answered("b.example"));
  running.reload("allow-host = b.example\nread-only = true\n",
                 "read the configuration: --allow-host, --read-only\n");
  CHECK(status_of(connection, "/inc?name=x") == 403);
  CHECK(connection.ask(get_request("/v1/info")).body.find("\"read_only\":true") !=
        std::string::npos);
  running.reload("allow-host = b.example\n", "read the configuration: --read-only\n");
  CHECK_FALSE(is_answered("a.example"));
  CHECK(is_answered("b.example"));
  running.reload(
      "allow-host = b.example\nanonymous-local = read\nlog-level = warn\n"
      "allow-origin = 'https://app.example'\n",
      "");
  while (status_of(connection, "/inc?name=x") == 200)
    std::this_thread::sleep_for(1ms);
  CHECK(status_of(connection, "/inc?name=x") == 403);
  CHECK(connection.ask(request("GET", "/get?name=x", "Origin: https://app.example\r\n"))
            .field("Access-Control-Allow-Origin") == "https://app.example");
  // The old level lets the line through.
  CHECK(running.server.stop().log.find("--anonymous-local") != std::string::npos);
}

TEST_CASE("SIGHUP applies nothing if anything is wrong, and says what") {
  const temporary_directory disk;
  const auto tokens = disk / "tokens";
  const auto token = issue_token(tokens, "t", {"--scopes", "add"});
  const std::string good = "tokens = '" + tokens + "'\n";
  configured running{good};
  const auto& path = running.path();
  client connection{running.server.port()};
  const auto counts = [&] { return status_of(connection, "/inc?name=x", bearer(token)) == 200; };
  CHECK(counts());
  struct {
    std::string text, answer;
  } const faults[] = {
      {good + "read-only = perhaps\nread-only2 = 1\n",
       path + ":2: read-only: perhaps is neither true nor false; " + path + ":3: read-only2: "},
      {good + "read-only = true\nthreads = 0\n", path + ":3: threads: "},
      {good + "read-only = true\n[section]\n", path + ":3: there are no sections"},
      {good + "read-only = true\nsync = interval\n", "sync needs --data"},
      {"tokens = '" + tokens + ".none'\nread-only = true\n", tokens + ".none: cannot be opened"},
  };
  for (const auto& [text, answer] : faults) {
    CAPTURE(text);
    const auto log = running.reload(text, answer);
    CHECK(log.find("warning the configuration stays as it was: ") != log.npos);
    CHECK(counts());
    CHECK(metric(running, "counterd_config_last_reload_successful") == "0");
  }
  std::ofstream{tokens, std::ios::app} << "broken\n";
  running.reload(good + "read-only = true\n", tokens + ":2: ");
  CHECK(counts());
  // Mended, it is applied as a whole.
  issue_token(disk / "other", "o", {"--scopes", "read"});
  running.reload("tokens = '" + (disk / "other") + "'\nread-only = true\n",
                 "read the configuration: --read-only, --tokens, 1 token from ");
  CHECK_FALSE(counts());
  CHECK(metric(running, "counterd_config_last_reload_successful") == "1");
}

TEST_CASE("SIGHUP gives tokens to a server without, and takes them from it") {
  const temporary_directory disk;
  const auto tokens = disk / "tokens";
  const auto token = issue_token(tokens, "t", {"--scopes", "add"});
  configured running{""};
  client connection{running.server.port()};
  CHECK(status_of(connection, "/inc?name=x") == 200);
  CHECK(metric(running, "counterd_tokens") == "0");
  running.reload("tokens = '" + tokens + "'\n", "--tokens, 1 token from");
  CHECK(metric(running, "counterd_tokens") == "1");
  CHECK(status_of(connection, "/inc?name=x") == 401);
  CHECK(status_of(connection, "/inc?name=x", bearer(token)) == 200);
  // An empty file, as one that is being written, is not meant to take them.
  running.reload("", "it has no --tokens any more");
  CHECK(status_of(connection, "/inc?name=x") == 401);
  running.reload("anonymous-local = all\n",
                 "read the configuration: --anonymous-local, --tokens\n");
  CHECK(status_of(connection, "/inc?name=x") == 200);
}

TEST_CASE("SIGHUP keeps the tokens of a credential that is gone") {
  const temporary_directory disk;
  issue_token(disk / "tokens", "t", {"--scopes", "add"});
  configured running{"", {}, {.environment = {"CREDENTIALS_DIRECTORY=" + disk.path().string()}}};
  const auto port = running.server.port();
  CHECK(get(port, "/inc?name=x").status == 401);
  std::filesystem::remove(disk / "tokens");
  running.reload("", "the configuration stays as it was: it has no --tokens any more");
  CHECK(get(port, "/inc?name=x").status == 401);
}

TEST_CASE("a config file that is a pipe without a writer delays nothing") {
  configured running{"read-only = true\n"};
  std::filesystem::remove(running.path());
  REQUIRE(::mkfifo(running.path().c_str(), 0600) == 0);
  const auto begin = std::chrono::steady_clock::now();
  running.server.signal(SIGHUP);
  running.server.wait_for_log("nobody writes to this pipe");
  CHECK(get(running.server.port(), "/inc?name=x").status == 403);
  CHECK(running.server.stop().exit_code == 0);
  const auto refused = process{counterd({"--config", running.path()})}.wait();
  CHECK(refused.exit_code == 2);
  CHECK(std::chrono::steady_clock::now() - begin < 15s);
}

TEST_CASE("SIGHUP never opens a server to other machines by leaving something out") {
  const temporary_directory disk;
  const auto tokens = disk / "tokens";
  issue_token(tokens, "t", {"--scopes", "add"});
  configured running{"tokens = '" + tokens + "'\n", {}, {.listen = {"0.0.0.0:0"}}};
  running.reload("anonymous-local = all\n", "and nothing says what they may do");
  CHECK(get(running.server.port(), "/inc?name=x").status == 401);
  // Local clients may do everything in a server without tokens, unless it says otherwise.
  running.reload("anonymous = read\n", "it has no --tokens any more");
  CHECK(get(running.server.port(), "/inc?name=x").status == 401);
  running.reload("anonymous = read\nanonymous-local = add\n",
                 "read the configuration: --anonymous, --anonymous-local, --tokens\n");
  CHECK(get(running.server.port(), "/inc?name=x").status == 200);
}

TEST_CASE("SIGHUP refuses what a restart would refuse, and a new name waits for the restart") {
  configured running{"listen = '127.0.0.1:0'\n", {}, {.listen = {}}};
  client connection{running.server.port()};
  running.reload("read-only = true\nlisten = '0.0.0.0:0'\n", "the configuration stays as it was: ");
  CHECK(status_of(connection, "/inc?name=x") == 200);
  // A name that the server does not listen on yet is not its own: a browser could be sent there.
  running.reload("anonymous = none\nlisten = 'counter.example:0'\n",
                 "a restart is needed for the new value of --listen\n");
  connection.send("GET / HTTP/1.1\r\nHost: counter.example\r\n\r\n");
  CHECK(connection.read_answer().status == 421);
}

TEST_CASE("no path or name of a configuration makes a second line of the log") {
  const temporary_directory disk;
  configured running{""};
  const std::string forged = "1970-01-01T00:00:00.000+00:00 info forged";
  for (const std::string name : {"tokens", "log-file", "unknown"}) {
    CAPTURE(name);
    const auto log = running.reload(name + " = \"" + (disk / "x") + "\\n" + forged + "\"\n",
                                    "the configuration stays as it was: ");
    CHECK(log.find("\n" + forged) == log.npos);
  }
}

TEST_CASE("SIGHUP never lifts what bounds the rights of clients by leaving it out") {
  configured running{"anonymous-local = none\n"};
  client connection{running.server.port()};
  const auto status = [&] { return status_of(connection, "/inc?name=x"); };
  CHECK(status() == 403);
  for (const std::string text : {"", "anonymous = read\n", "read-only = true\n"}) {
    CAPTURE(text);
    running.reload(text, "it has no --anonymous-local any more");
    CHECK(status() == 403);
  }
  running.reload("anonymous-local = all\n", "read the configuration: --anonymous-local\n");
  CHECK(status() == 200);
  // A proxy's clients count as others only as long as there are others.
  running.reload("anonymous-local = add\nanonymous = read\n", "--anonymous, --anonymous-local\n");
  configured proxied{"anonymous = read\n"};
  client other{proxied.server.port()};
  const std::string forwarded = "X-Forwarded-For: 192.0.2.1\r\n";
  CHECK(status_of(other, "/inc?name=x", forwarded) == 403);
  for (const std::string text : {"", "anonymous-local = all\n"}) {
    proxied.reload(text, "it has no --anonymous any more");
    CHECK(status_of(other, "/inc?name=x", forwarded) == 403);
  }
  proxied.reload("anonymous-local = all\nanonymous = none\n", "read the configuration: ");
  CHECK(status_of(other, "/get?name=x", forwarded) == 403);
  // What gives nobody more may be left out.
  proxied.reload("anonymous-local = none\n", "read the configuration: ");
  CHECK(status_of(other, "/get?name=x", forwarded) == 403);
}

TEST_CASE("a reload logs what it has applied, at the old level and at the new one") {
  configured running{""};
  running.reload("log-level = error\nmax-counters = 7\nread-only = true\n",
                 "a restart is needed for the new value of --max-counters\n");
  running.reload("log-level = info\nmax-counters = 7\n",
                 "read the configuration: --log-level, --read-only\n");
}

TEST_CASE("a refused reload leaves nothing behind") {
  const temporary_directory disk;
  configured running{""};
  const auto origins = [](int first) {
    std::string text = "allow-origin = [";
    for (int i = 0; i < 6'000; ++i)
      text += "\"https://o" + std::to_string(first + i) + ".example\",\n";
    return text + "]\n";
  };
  running.reload("tokens = '" + (disk / "none") + "'\n" + origins(0), "cannot be opened");
  running.reload(origins(10'000), "read the configuration: --allow-origin\n");
  running.reload(origins(20'000), "origins since the start need a restart");
}

TEST_CASE("SIGHUP names the flags whose new values need a restart") {
  configured running{"max-counters = 10\nshards = 2\n"};
  CHECK(metric(running, "counterd_config_restart_flags") == "0");
  const auto log = running.reload("max-counters = 11\nread-only = true\nshards = 2\n",
                                  "a restart is needed for the new value of --max-counters\n");
  CHECK(log.find("read the configuration: --read-only\n") != log.npos);
  CHECK(get(running.server.port(), "/inc?name=x").status == 403);
  CHECK(metric(running, "counterd_config_restart_flags") == "1");
  running.reload("max-counters = 10\nshards = 2\n", "read the configuration: --read-only\n");
  CHECK(metric(running, "counterd_config_restart_flags") == "0");
}

TEST_CASE("SIGHUP applies a new --max-queue-delay") {
  const temporary_directory disk;
  configured running{"data = '" + (disk / "data") + "'\n"};
  running.reload("data = '" + (disk / "data") + "'\nmax-queue-delay = 0\n",
                 "read the configuration: --max-queue-delay\n");
  CHECK(get(running.server.port(), "/inc?name=x").body == "ok\n");
  CHECK(metric(running, "counterd_config_restart_flags") == "0");
}

TEST_CASE("flags and variables keep their precedence when the config file changes") {
  configured running{"read-only = true\n",
                     {"--allow-host", "flag.example"},
                     {.environment = {"COUNTERD_BROWSER_WRITES=allow"}}};
  running.reload("allow-host = file.example\nbrowser-writes = refuse\n",
                 "read the configuration: --read-only\n");
  client connection{running.server.port()};
  connection.send("GET / HTTP/1.1\r\nHost: file.example\r\n\r\n");
  CHECK(connection.read_answer().status == 421);
  CHECK(status_of(connection, "/inc?name=x", "Sec-Fetch-Site: cross-site\r\n") == 200);
}

TEST_CASE("a storm of SIGHUP under load fails no request, and the last configuration is used") {
  configured running{"allow-host = zero.example\n", {"--threads", "2"}};
  const auto port = running.server.port();
  std::atomic<int> done = 0;
  std::atomic<int> failed = 0;
  std::vector<std::jthread> clients;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&](const std::stop_token& stop) {
      client connection{port};
      while (!stop.stop_requested())
        ++(connection.ask(get_request("/inc?name=x")).body == "ok\n" ? done : failed);
    });
  for (int i = 0; i < 200; ++i) {
    running.write("allow-host = host" + std::to_string(i) + ".example\n");
    running.server.signal(SIGHUP);
    std::this_thread::sleep_for(10ms);
  }
  running.server.signal(SIGHUP);
  const auto end = std::chrono::steady_clock::now() + 20s;
  client last{port};
  int status = 0;
  while (status != 200 && std::chrono::steady_clock::now() < end) {
    last.send("GET / HTTP/1.1\r\nHost: host199.example\r\n\r\n");
    status = last.read_answer().status;
  }
  CHECK(status == 200);
  clients.clear();
  CHECK(failed == 0);
  CHECK(get(port, "/get?name=x").body == "x: " + std::to_string(done) + "\n");
  CHECK(running.server.stop().exit_code == 0);
}
