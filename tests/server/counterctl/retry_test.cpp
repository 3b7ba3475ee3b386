#include "tests/server/counterctl/lossy_relay.hpp"
#include "tests/server/counterctl/tool.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <string>

using namespace support;

TEST_CASE("a change counts once, whatever is lost on the way") {
  const server_process server;
  lossy_relay relay{server.port()};
  const tool_setting setting{.server = relay.address()};
  int expected = 0;
  for (const auto fate : {relayed::passes, relayed::loses_request, relayed::loses_response,
                          relayed::cuts_response, relayed::answers_503, relayed::answers_504}) {
    CAPTURE(static_cast<int>(fate));
    relay.plan({fate, fate});
    const auto ended = run_tool({"inc", "x"}, setting);
    CAPTURE(ended.log);
    CHECK(ended.exit_code == 0);
    CHECK(ended.output == std::to_string(++expected) + "\n");
    // A refusal and a deletion are as certain.
    relay.plan({fate, fate});
    CHECK(run_tool({"inc", "x", "--max", "0"}, setting).exit_code == 1);
    REQUIRE(run_tool({"set", "y", "1"}, setting).exit_code == 0);
    relay.plan({fate, fate});
    CHECK(run_tool({"del", "y"}, setting).exit_code == 0);
  }
}

TEST_CASE("without a key, a change that may have been made is not sent again") {
  const server_process server;
  lossy_relay relay{server.port()};
  const tool_setting setting{.server = relay.address()};
  relay.plan({relayed::loses_response});
  const auto lost = run_tool({"--no-key", "inc", "x"}, setting);
  CHECK(lost.exit_code == 5);
  CHECK(relay.requests() == 1);
  CHECK(run_tool({"get", "x"}, setting).output == "1\n");
  // The server has said that it has done nothing.
  relay.plan({relayed::answers_503});
  CHECK(run_tool({"--no-key", "inc", "x"}, setting).output == "2\n");
}

TEST_CASE("the key of a change whose outcome is unknown makes sure of it later") {
  const server_process server;
  lossy_relay relay{server.port()};
  const tool_setting setting{.server = relay.address()};
  relay.plan(std::deque<relayed>(200, relayed::loses_response));
  const auto lost = run_tool({"-t", "1s", "inc", "x"}, setting);
  CHECK(lost.exit_code == 5);
  const auto key = advised_key(lost.log);
  relay.plan({});
  CHECK(run_tool({"inc", "x", "--key", key}, setting).output == "1\n");
  CHECK(run_tool({"get", "x"}, setting).output == "1\n");
}

TEST_CASE("an operation of several whose outcome stays unknown is told, and its key settles it") {
  const server_process server;
  lossy_relay relay{server.port()};
  const std::deque<relayed> unknown(200, relayed::answers_unknown);
  const std::string operations = R"({"op":"add","name":"a"}
{"op":"add","name":"b"}
)";
  const auto run = [&](words arguments, const std::string& input = {}) {
    arguments.insert(arguments.begin(), {"-t", "1s"});
    return run_tool(arguments, {.server = relay.address(), .input = input});
  };
  const auto says = [](const process::ending& ended, const std::string& text) {
    return ended.log.find(text) != std::string::npos;
  };

  relay.plan(unknown);
  const auto batch = run({"batch"}, operations);
  CHECK(batch.exit_code == 5);
  CHECK(says(batch, "1 operation may have been carried out: to make sure, "));
  relay.plan({});
  CHECK(run({"batch", "--key", advised_key(batch.log)}, operations).exit_code == 0);
  CHECK(run({"get", "a"}).output == "1\n");
  CHECK(run({"get", "b"}).output == "1\n");

  relay.plan(unknown);
  const auto without = run({"batch", "--no-key"}, operations);
  CHECK(without.exit_code == 5);
  CHECK(says(without, "1 operation may have been carried out: look before you send it again"));

  auto after_info = unknown;
  after_info.push_front(relayed::passes);
  relay.plan(after_info);
  const auto transfer = run({"import", "--csv", "--mode", "add"}, "a,1\nb,1\n");
  CAPTURE(transfer.log);
  CHECK(transfer.exit_code == 5);
  relay.plan({});
  CHECK(run({"import", "--csv", "--mode", "add"}, "a,1\nb,1\n").exit_code == 0);
  CHECK(run({"get", "b"}).output == "3\n");

  relay.plan(unknown);
  const auto removal = run({"del", "a", "b"});
  CHECK(removal.exit_code == 5);
  CHECK(says(removal, "what is unknown may have been carried out: to make sure, "));
  relay.plan({});
  CHECK(run({"del", "a", "b", "--key", advised_key(removal.log)}).exit_code == 0);
  CHECK(run({"get", "a"}).exit_code == 1);
}

TEST_CASE("interim responses are not taken for the answer") {
  const server_process server;
  lossy_relay relay{server.port()};
  relay.plan({relayed::sends_interim, relayed::sends_interim});
  CHECK(run_tool({"inc", "x"}, {.server = relay.address()}).output == "1\n");
  CHECK(run_tool({"watch", "x", "--until", "=1"},
                 {.server = "127.0.0.1:" + std::to_string(server.port())})
            .output == "1\n");
}

TEST_CASE("what only a proxy says settles nothing") {
  const server_process server;
  lossy_relay relay{server.port()};
  for (const auto fate : {relayed::answers_500, relayed::answers_bare_200}) {
    relay.plan(std::deque<relayed>(200, fate));
    CHECK(run_tool({"-t", "1s", "inc", "x"}, {.server = relay.address()}).exit_code == 5);
    relay.plan({fate});
    CHECK(run_tool({"--no-key", "inc", "x"}, {.server = relay.address()}).exit_code == 5);
  }
}

TEST_CASE("a success that is no answer of a counterd is none") {
  const server_process server;
  lossy_relay relay{server.port()};
  const auto run = [&](const words& arguments, const std::string& input = {}) {
    relay.plan({relayed::answers_other_json, relayed::answers_bare_200});
    return run_tool(arguments, {.server = relay.address(), .input = input});
  };
  CHECK(run({"set", "p/x", "4"}).output == "4\n");
  CHECK(run({"inc", "p/x"}).output == "5\n");
  CHECK(run({"get", "p/x"}).output == "5\n");
  CHECK(run({"list"}).output.starts_with("p/x\t5"));
  CHECK(run({"top"}).output.starts_with("p/x\t5"));
  CHECK(run({"batch"}, R"({"op":"add","name":"p/y"})").output.starts_with("201\tp/y\t1\t"));
  CHECK(run({"del", "p/x"}).exit_code == 0);
  // What the first two attempts have deleted is in no answer.
  const auto removal = run({"del", "--prefix", "p/", "-y"});
  CHECK(removal.exit_code == 0);
  CHECK(removal.log.find("deleted at least 0 counters") != std::string::npos);
  CHECK(run({"list"}).output.empty());
}

TEST_CASE("a deletion by prefix that stops on the way says what is deleted") {
  const server_process server;
  lossy_relay relay{server.port()};
  const tool_setting setting{.server = relay.address()};
  std::string operations;
  for (int i = 0; i < 1'500; ++i)
    operations += R"({"op":"add","name":"p/)" + std::to_string(i) + "\"}\n";
  REQUIRE(run_tool({"batch"}, {.server = relay.address(), .input = operations}).exit_code == 0);
  std::deque<relayed> others(200, relayed::answers_other_json);
  others.push_front(relayed::passes);
  relay.plan(others);
  const auto stopped = run_tool({"-t", "1s", "del", "--prefix", "p/", "-y"}, setting);
  CHECK(stopped.exit_code == 5);
  CHECK(stopped.log.find("deleted before that: 1,000 counters") != std::string::npos);
  relay.plan({});
  CHECK(run_tool({"list"}, setting).output.empty());
}

TEST_CASE("-v tells what is sent again") {
  const server_process server;
  lossy_relay relay{server.port()};
  relay.plan({relayed::loses_response});
  const auto ended = run_tool({"-v", "inc", "x"}, {.server = relay.address()});
  CHECK(ended.output == "1\n");
  CHECK(lines_of(ended.log).size() == 2);  // sent again, and replayed
}
