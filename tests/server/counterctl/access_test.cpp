#include "tests/server/counterctl/lossy_relay.hpp"
#include "tests/server/counterctl/tool.hpp"
#include "tests/server/support/held_socket.hpp"
#include "tests/server/support/issued_token.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <string>

using namespace support;

namespace {

void check_fails(const process::ending& ended, int exit_code, const std::string& mentions) {
  CAPTURE(ended.log);
  CHECK(ended.exit_code == exit_code);
  CHECK(ended.output == "");
  CHECK(ended.log.starts_with("counterctl: "));
  CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == 1);
  CHECK(ended.log.find(mentions) != std::string::npos);
}

}  // namespace

TEST_CASE("counterctl sends its token from a variable or a file, and never shows it") {
  const temporary_directory directory;
  const auto tokens = directory / "tokens";
  const auto token = issue_token(tokens, "reader", {"--scopes", "read"});
  const server_process server{{"--tokens", tokens}};
  const auto url = "127.0.0.1:" + std::to_string(server.port());
  const auto file = directory / "token";
  std::ofstream{file} << token << "\n";

  check_fails(run_tool({"get", "x"}, {.server = url}), 4, "token");
  // It may read, and there is nothing.
  for (const auto& environment :
       {words{"COUNTERD_TOKEN=" + token}, words{"COUNTERD_TOKEN_FILE=" + file}})
    check_fails(run_tool({"get", "x"}, {.server = url, .environment = environment}), 1, "exist");
  check_fails(run_tool({"get", "x", "--token-file", file}, {.server = url}), 1, "exist");
  // A flag is nearer than a variable.
  check_fails(run_tool({"get", "x", "--token-file", file},
                       {.server = url, .environment = {"COUNTERD_TOKEN=wrong"}}),
              1, "exist");
  for (const words& change : {words{"inc", "x"}, words{"set", "x", "1"}, words{"del", "x"},
                              words{"list"}, words{"watch", "--prefix", "x"}, words{"export"}}) {
    CAPTURE(change);
    const auto refused =
        run_tool(change, {.server = url, .environment = {"COUNTERD_TOKEN=" + token}});
    check_fails(refused, 4, "");
    CHECK(refused.log.find(token) == std::string::npos);
  }
  check_fails(
      run_tool({"watch", "x"}, {.server = url, .environment = {"COUNTERD_TOKEN=ctr_wrong"}}), 4,
      "");
  check_fails(run_tool({"get", "x"}, {.server = url, .environment = {"COUNTERD_TOKEN=a\r\nb: c"}}),
              2, "token");
}

TEST_CASE("counterctl says that a server is read-only, full or away") {
  const server_process read_only{{"--read-only"}};
  check_fails(ask(read_only, {"set", "x", "1"}), 4, "read-only");
  const server_process full{{"--max-counters", "1"}};
  CHECK(ask(full, {"set", "x", "1"}).exit_code == 0);
  check_fails(ask(full, {"set", "y", "1"}), 4, "");
  const server_process without_keys{{"--idempotency-max", "0"}};
  check_fails(ask(without_keys, {"set", "x", "1"}), 4, "");
  CHECK(ask(without_keys, {"--no-key", "set", "x", "1"}).exit_code == 0);

  std::string gone;
  {
    const server_process server;
    gone = "127.0.0.1:" + std::to_string(server.port());
  }
  for (const words& change : {words{"get", "x"}, words{"inc", "x"}, words{"watch", "x"},
                              words{"ping"}, words{"stats"}, words{"export"}}) {
    CAPTURE(change);
    auto arguments = change;
    arguments.insert(arguments.begin(), {"-t", "1s"});
    check_fails(run_tool(arguments, {.server = gone}), 3, gone);
  }
  check_fails(run_tool({"-t", "1s", "get", "x"}, {.server = "http://nowhere.invalid"}), 3,
              "nowhere.invalid");
}

TEST_CASE("a server that accepts and never answers costs the timeout, not more") {
  const held_socket silent;
  check_fails(run_tool({"-t", "1s", "get", "x"}, {.server = silent.address()}), 3, "in time");
  // It may have received this.
  const auto unknown = run_tool({"-t", "1s", "inc", "x"}, {.server = silent.address()});
  check_fails(unknown, 5, "--key ");
  check_fails(run_tool({"-t", "1s", "--no-key", "inc", "x"}, {.server = silent.address()}), 5,
              "look before");
}

TEST_CASE("counterctl reaches a Unix socket") {
  const temporary_directory directory;
  const auto path = directory / "socket";
  const server_process server{{}, {.listen = {"unix:" + path}}};
  CHECK(run_tool({"inc", "x"}, {.server = "unix:" + path}).output == "1\n");
  check_fails(run_tool({"-t", "1s", "inc", "x"}, {.server = "unix:" + path + "x"}), 3, "unix:");
}

TEST_CASE("a key makes a change count once, and -v says so") {
  const server_process server;
  CHECK(ask(server, {"inc", "bills", "--key", "daily-1"}).output == "1\n");
  const auto again = ask(server, {"-v", "inc", "bills", "--key", "daily-1"});
  CHECK(again.output == "1\n");
  CHECK(again.log.find("replayed") != std::string::npos);
  CHECK(ask(server, {"inc", "bills", "--key", "daily-2"}).output == "2\n");
  check_fails(ask(server, {"add", "bills", "7", "--key", "daily-2"}), 4, "key");
}

TEST_CASE("a server that remembers keys for a shorter time gets them without a TTL") {
  const server_process server{{"--idempotency-ttl", "5s"}};
  CHECK(ask(server, {"inc", "x"}).output == "1\n");
  CHECK(ask(server, {"inc", "x", "--key", "mine"}).output == "2\n");
  CHECK(ask(server, {"batch"}, R"({"op":"add","name":"x"})").exit_code == 0);
  CHECK(ask(server, {"import", "--mode", "add"}, R"({"name":"x","value":7})").exit_code == 0);
  CHECK(ask(server, {"get", "x"}).output == "10\n");
}

TEST_CASE("a change is not sent again when the server has forgotten its key") {
  const server_process server{{"--idempotency-ttl", "2s"}};
  for (const words& change : {words{"inc", "x"}, words{"inc", "x", "--key", "mine"},
                              words{"import", "--mode", "add", "-"}}) {
    CAPTURE(change);
    REQUIRE(ask(server, {"set", "x", "0"}).exit_code == 0);
    lossy_relay relay{server.port()};
    std::deque<relayed> fates(500, relayed::answers_503);
    // The TTL is refused, the server asked for its own, and the answer is lost.
    const bool is_import = change[0] == "import";
    fates.push_front(relayed::loses_response);
    for (int i = 0; i < (is_import ? 3 : 2); ++i)
      fates.push_front(relayed::passes);
    relay.plan(fates);
    const auto lost =
        run_tool(change, {.server = relay.address(), .input = R"({"name":"x","value":1})"});
    CAPTURE(lost.log);
    CHECK(lost.exit_code == 5);
    // What is left of the key's time, at most.
    const std::string advice = is_import ? "the server forgets too soon what was added"
                                         : "its key is forgotten too soon to ask with: look";
    CHECK(lost.log.find(advice) != std::string::npos);
    CHECK(relay.requests() < 400);
    CHECK(ask(server, {"get", "x"}).output == "1\n");
  }
}

TEST_CASE("a batch is not sent again when the server has forgotten its key") {
  const server_process server{{"--idempotency-ttl", "2s"}};
  lossy_relay relay{server.port()};
  std::deque<relayed> fates(500, relayed::answers_busy);
  // The TTL is refused, and the server asked for its own.
  fates.push_front(relayed::passes);
  fates.push_front(relayed::passes);
  relay.plan(fates);
  CHECK(run_tool({"batch"}, {.server = relay.address(), .input = R"({"op":"add","name":"x"})"})
            .exit_code == 3);
  CHECK(ask(server, {"get", "x"}).output == "1\n");
}

TEST_CASE("a TTL that is refused after a lost request means that nothing was changed") {
  const server_process server{{"--idempotency-ttl", "60s"}};
  lossy_relay relay{server.port()};
  relay.plan({relayed::loses_request, relayed::loses_response});
  CHECK(run_tool({"inc", "x"}, {.server = relay.address()}).output == "1\n");
}
