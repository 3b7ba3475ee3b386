#include "tests/server/support/client.hpp"
#include "tests/server/support/issued_token.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace support;

namespace {

std::string post(const std::string& target, const std::string& fields, const std::string& body) {
  return request("POST", target,
                 fields + "Content-Type: application/json\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n") +
         body;
}

/// Revokes a token, and waits until the server has noticed.
void revoke(server_process& server, const std::string& file, const std::string& name,
            const std::string& notice) {
  REQUIRE(process{counterd({"token", "revoke", name, "--tokens", file})}.wait().exit_code == 0);
  server.signal(SIGHUP);
  server.wait_for_log(notice);
}

}  // namespace

TEST_CASE("a server with tokens serves who has one, on any address") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto web = issue_token(file, "web", {"--scopes", "add,read", "--prefix", "shop/"});
  const auto ops = issue_token(file, "ops", {"--scopes", "all"});
  server_process server{{"--tokens", file, "--data", (disk.path() / "data").string()},
                        {.listen = {"0.0.0.0:0"}}};
  client connection{"127.0.0.1:" + std::to_string(server.port())};
  CHECK(connection.ask(get_request("/")).status == 200);
  const auto missing = connection.ask(get_request("/inc?name=shop/a"));
  CHECK(missing.status == 401);
  CHECK(missing.field("WWW-Authenticate") == "Bearer realm=\"counterd\"");
  CHECK(connection.ask(request("GET", "/inc?name=shop/a", bearer(web))).body == "ok\n");
  CHECK(connection.ask(request("GET", "/inc?name=shop", bearer(web))).status == 403);
  CHECK(connection.ask(request("GET", "/v1/counters", bearer(web))).status == 403);
  CHECK(connection.ask(request("GET", "/v1/counters", bearer(ops))).status == 200);
  const auto unknown = connection.ask(request("GET", "/v1/counters", bearer("ctr_nonsense")));
  CHECK(unknown.status == 401);
  CHECK(unknown.field("WWW-Authenticate") == "Bearer realm=\"counterd\", error=\"invalid_token\"");
  CHECK(unknown.field("Content-Type") == "application/problem+json");
  CHECK(connection
            .ask(request("POST", "/v1/admin/backup?name=b",
                         bearer(ops) + "X-Forwarded-For: 192.0.2.1\r\n"))
            .status == 201);
  CHECK(connection.ask(request("GET", "/get?name=shop/a", bearer(ops))).body == "shop/a: 1\n");
  CHECK(server.stop().log.find("put a proxy with TLS before it") != std::string::npos);
}

TEST_CASE("401 is sent before a body of 1 MiB, which the connection then discards") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto token = issue_token(file, "t", {"--scopes", "add"});
  server_process server{{"--tokens", file}};
  client connection{server.port()};
  const std::string body(1024 * 1024, ' ');
  const auto whole = post("/v1/batch", "", body);
  connection.send(whole.substr(0, whole.size() - body.size()));
  CHECK(connection.read_answer().status == 401);
  connection.send(body);
  // Nothing was applied, and the connection has stayed.
  CHECK(connection.ask(request("GET", "/inc?name=x", bearer(token))).body == "ok\n");
  CHECK(connection.ask(request("PUT", "/v1/counters/x", bearer(token) + "Content-Length: 10\r\n"))
            .status == 403);
  connection.send("0123456789");
  CHECK(connection.ask(request("GET", "/inc?name=x", bearer(token))).body == "ok\n");
}

TEST_CASE("401 takes the place of 100 Continue") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto token = issue_token(file, "t", {"--scopes", "add"});
  server_process server{{"--tokens", file}};
  const std::string expecting =
      "Expect: 100-continue\r\nContent-Length: 11\r\n"
      "Content-Type: application/json\r\n";
  client refused{server.port()};
  refused.send(request("POST", "/v1/counters/x", expecting));
  const auto bytes = refused.read_to_end();
  CHECK(bytes.starts_with("HTTP/1.1 401 "));
  CHECK(bytes.find("Connection: close\r\n") != std::string::npos);
  client accepted{server.port()};
  accepted.send(request("POST", "/v1/counters/x", bearer(token) + expecting));
  CHECK(accepted.read_bytes(25) == "HTTP/1.1 100 Continue\r\n\r\n");
  accepted.send(R"({"delta":5})");
  CHECK(accepted.read_answer().status == 201);
  // The same for what needs no token.
  client elsewhere{server.port()};
  elsewhere.send(request("POST", "/nowhere", expecting));
  CHECK(elsewhere.read_to_end().starts_with("HTTP/1.1 404 "));
}

TEST_CASE("a revoked token is refused on its open connection, and others go on") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto stays = issue_token(file, "stays", {"--scopes", "add,read"});
  const auto leaves = issue_token(file, "leaves", {"--scopes", "add"});
  server_process server{{"--tokens", file, "--threads", "2"}};
  std::vector<client> others;
  for (int i = 0; i < 64; ++i)
    others.emplace_back(server.port());
  client connection{server.port()};
  const auto ask_others = [&] {
    for (auto& other : others)
      CHECK(other.ask(request("GET", "/inc?name=x", bearer(stays))).body == "ok\n");
  };
  ask_others();
  CHECK(connection.ask(request("GET", "/inc?name=y", bearer(leaves))).body == "ok\n");
  revoke(server, file, "leaves", "1 token from " + file);
  // The loop takes the new tokens between two requests at the latest.
  answer refused;
  for (int i = 0; i < 100 && refused.status != 401; ++i)
    refused = connection.ask(request("GET", "/inc?name=y", bearer(leaves)));
  CHECK(refused.status == 401);
  CHECK(refused.body.find("no longer") != std::string::npos);
  ask_others();
  CHECK(connection.ask(request("GET", "/get?name=x", bearer(stays))).body == "x: 128\n");
}

TEST_CASE("a server looks at its token file every ten seconds") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  issue_token(file, "first", {"--scopes", "add"});
  server_process server{{"--tokens", file}};
  const auto second = issue_token(file, "second", {"--scopes", "add"});
  client connection{server.port()};
  CHECK(connection.ask(request("GET", "/inc?name=x", bearer(second))).status == 401);
  server.wait_for_log("2 tokens from " + file);
  CHECK(connection.ask(request("GET", "/inc?name=x", bearer(second))).status == 200);
}

TEST_CASE("a broken token file changes nothing, and is reported once") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto token = issue_token(file, "t", {"--scopes", "add"});
  server_process server{{"--tokens", file}};
  client connection{server.port()};
  const auto counts = [&] {
    return connection.ask(request("GET", "/inc?name=x", bearer(token))).status == 200;
  };
  CHECK(counts());
  std::ofstream{file, std::ios::app} << "# fine\nbroken secret-word\n";
  server.signal(SIGHUP);
  server.wait_for_log(" warning the configuration stays as it was: --tokens: " + file + ":3: ");
  CHECK(counts());
  std::filesystem::remove(file);
  server.signal(SIGHUP);
  server.wait_for_log(file + ": cannot be opened: No such file or directory");
  CHECK(counts());
  issue_token(file, "other", {"--scopes", "add"});
  std::filesystem::permissions(file, std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  server.signal(SIGHUP);
  server.wait_for_log("chmod go-w");
  CHECK(counts());
  std::filesystem::permissions(file, std::filesystem::perms::others_write,
                               std::filesystem::perm_options::remove);
  server.signal(SIGHUP);
  server.wait_for_log(" info read the configuration: 1 token from ");
  CHECK_FALSE(counts());
  const auto log = server.stop().log;
  CHECK(log.find("secret-word") == std::string::npos);
  CHECK(log.find(file + ": cannot be opened") == log.rfind(file + ": cannot be opened"));
}

TEST_CASE("a batch is refused whole, with the index of the operation that is not allowed") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto token =
      issue_token(file, "t", {"--scopes", "add,read", "--prefix", "shop/", "--delta", "1..10"});
  server_process server{{"--tokens", file}};
  client connection{server.port()};
  const auto ask = [&](const std::string& operations) {
    return connection.ask(post("/v1/batch", bearer(token), R"({"ops":[)" + operations + "]}"));
  };
  const std::string good = R"({"op":"add","name":"shop/a","delta":10})";
  for (const std::string bad :
       {R"({"op":"add","name":"shop","delta":1})", R"({"op":"add","name":"shop/a","delta":11})",
        R"({"op":"set","name":"shop/a","value":1})", R"({"op":"delete","name":"shop/a"})",
        R"({"op":"add","name":"shop/a","delta":1,"ttl":5})"}) {
    CAPTURE(bad);
    const auto refused = ask(good + "," + bad);
    CHECK(refused.status == 403);
    CHECK(refused.body.find("\"index\":1") != std::string::npos);
    CHECK(refused.field("WWW-Authenticate").find("insufficient_scope") != std::string::npos);
  }
  CHECK(connection.ask(request("GET", "/get?name=shop/a", bearer(token))).status == 404);
  CHECK(ask(good).status == 200);
  CHECK(connection.ask(request("GET", "/get?name=shop/a", bearer(token))).body == "shop/a: 10\n");
}

TEST_CASE("no log line and no answer repeats a token, and failures have a line a second") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto token = issue_token(file, "t", {"--scopes", "read"});
  auto mistyped = token;
  mistyped[30] = mistyped[30] == 'a' ? 'b' : 'a';
  server_process server{{"--tokens", file, "--log-level", "trace", "--threads", "1"}};
  std::string answers;
  for (int i = 0; i < 5; ++i) {
    client connection{server.port()};
    connection.send(request("GET", "/inc?name=x", bearer(token)) +
                    request("GET", "/inc?name=x", bearer(mistyped)) +
                    request("GET", "/v1/counters/x", bearer(mistyped)) +
                    request("GET", "/v1/counters/x?token=" + token) +
                    request("GET", "/v1/counters/x?access_token=" + token, bearer(token)) +
                    request("GET", "/v1/counters/x", bearer(token) + bearer(token)) +
                    request("GET", "/v1/info", bearer(token) + "Connection: close\r\n"));
    answers += connection.read_to_end();
  }
  CHECK(statuses(answers) == [] {
    std::vector<int> expected;
    for (int i = 0; i < 5; ++i)
      for (const int status : {403, 401, 401, 400, 400, 400, 200})
        expected.push_back(status);
    return expected;
  }());
  CHECK(answers.find("ctr_") == std::string::npos);
  const auto log = server.stop().log;
  CAPTURE(log);
  CHECK(log.find("ctr_") == std::string::npos);
  CHECK(log.find("sha256") == std::string::npos);
  CHECK(log.find(" warning 10 requests without a valid token were refused (401)\n") !=
        std::string::npos);
}

TEST_CASE("a connection ends after ten requests without a valid token") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto token = issue_token(file, "t", {"--scopes", "read"});
  server_process server{{"--tokens", file}};
  client connection{server.port()};
  for (int i = 0; i < 9; ++i) {
    CHECK_FALSE(connection.ask(get_request("/get?name=x")).has("Connection"));
    CHECK(connection.ask(request("GET", "/get?name=x", bearer(token))).status == 404);
  }
  connection.send(get_request("/get?name=x") + request("GET", "/get?name=x", bearer(token)));
  const auto rest = connection.read_to_end();
  CHECK(statuses(rest) == std::vector<int>{401});
  CHECK(rest.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("curl and ab send a token as the password of Basic") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto token = issue_token(file, "t", {"--scopes", "add,read"});
  server_process server{{"--tokens", file}};
  const auto url = "http://" + server.addresses()[0] + "/";
  const auto curl = process{{"curl", "-sS", "-u", "x:" + token, url + "inc?name=i"}}.wait();
  REQUIRE_MESSAGE(curl.exit_code != 127, "this test needs curl");
  CHECK(curl.output == "ok\n");
  const auto ab =
      process{{"ab", "-q", "-n", "2000", "-c", "20", "-A", "x:" + token, url + "inc?name=i"}}
          .wait();
  REQUIRE_MESSAGE(ab.exit_code != 127, "this test needs ab (Debian: apache2-utils)");
  CAPTURE(ab.output);
  CHECK(ab.output.find("Failed requests:        0\n") != std::string::npos);
  CHECK(ab.output.find("Non-2xx") == std::string::npos);
  const auto read = process{{"curl", "-sS", "-u", ":" + token, url + "get?name=i"}}.wait();
  CHECK(read.output == "i: 2001\n");
}

TEST_CASE("a revoked token is refused where operators connect, too") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto admin = issue_token(file, "admin", {"--scopes", "admin"});
  server_process server{{"--tokens", file, "--ops-listen", "127.0.0.1:0"}};
  client operators{server.port(1)};
  const auto backup = request("POST", "/v1/admin/backup?name=a", bearer(admin));
  CHECK(operators.ask(backup).status == 409);  // no --data
  revoke(server, file, "admin", "0 tokens from");
  CHECK(operators.ask(backup).status == 401);
}

TEST_CASE("probes and scrapes for operators succeed with a token that is not needed") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto adder = issue_token(file, "adder", {"--scopes", "add"});
  const server_process server{{"--tokens", file, "--ops-listen", "127.0.0.1:0"}};
  for (const std::string& field : {std::string{}, bearer("ctr_x"), bearer(adder),
                                   std::string{"Authorization: Basic cHJvbTpzZWNyZXQ=\r\n"}}) {
    CAPTURE(field);
    client operators{server.port(1)};
    for (const std::string target : {"/livez", "/readyz", "/metrics", "/v1/stats"})
      CHECK(operators.ask(request("GET", target, field)).status == 200);
    client connection{server.port()};
    for (const std::string target : {"/livez", "/readyz"})
      CHECK(connection.ask(request("GET", target, field)).status == 200);
    CHECK(connection.ask(request("GET", "/metrics", field)).status ==
          (field == bearer(adder) ? 403 : 401));
  }
}

TEST_CASE("a token is revoked in time while the server drains") {
  const temporary_directory disk;
  const auto file = disk / "tokens";
  const auto token = issue_token(file, "t", {"--scopes", "add"});
  server_process server{{"--tokens", file, "--drain-delay", "1m"}};
  const auto counts = [&] {
    return client{server.port()}.ask(request("GET", "/inc?name=x", bearer(token))).status == 200;
  };
  server.signal(SIGTERM);
  server.wait_for_log("stopping on SIGTERM");
  CHECK(counts());
  REQUIRE(process{counterd({"token", "revoke", "t", "--tokens", file})}.wait().exit_code == 0);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{15};
  while (counts() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  CHECK_FALSE(counts());
  server.signal(SIGTERM);  // ends the delay
  CHECK(server.wait().exit_code == 0);
}
