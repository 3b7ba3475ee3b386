#include "tests/server/counterctl/lossy_relay.hpp"
#include "tests/server/counterctl/tool.hpp"

#include <doctest/doctest.h>

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

TEST_CASE(
    "an operation of several whose outcome is unknown is told, and the key makes sure of it") {
  const server_process server;
  lossy_relay relay{server.port()};
  const tool_setting setting{.server = relay.address()};
  const std::string additions = R"({"op":"add","name":"a"}
{"op":"add","name":"b"}
)";
  relay.plan({relayed::answers_unknown});
  const auto batch = run_tool({"batch"}, {.server = relay.address(), .input = additions});
  CHECK(batch.exit_code == 5);
  CHECK(batch.log.find("1 operation may have been carried out: to make sure, ") != batch.log.npos);
  const auto key = advised_key(batch.log);
  CHECK(run_tool({"batch", "--key", key}, {.server = relay.address(), .input = additions})
            .exit_code == 0);
  CHECK(run_tool({"get", "a", "b"}, setting).output == "a  1\nb  1\n");
  relay.plan({relayed::answers_unknown});
  const auto without =
      run_tool({"batch", "--no-key"}, {.server = relay.address(), .input = additions});
  CHECK(without.exit_code == 5);
  CHECK(without.log.find("look before you send it again") != without.log.npos);

  relay.plan({relayed::answers_unknown});
  const auto removal = run_tool({"del", "a", "b"}, setting);
  CHECK(removal.exit_code == 5);
  CHECK(removal.log.find("what is unknown may have been carried out: to make sure, ") !=
        removal.log.npos);
  CHECK(run_tool({"del", "a", "b", "--key", advised_key(removal.log)}, setting).exit_code == 0);
  CHECK(run_tool({"list"}, setting).output.find("a") == std::string::npos);

  relay.plan({relayed::answers_unknown});
  const auto transfer =
      run_tool({"import", "--mode", "add"}, {.server = relay.address(), .input = "a,1\nb,1\n"});
  CAPTURE(transfer.log);
  CHECK(transfer.exit_code == 5);
  CHECK(transfer.log.find("b") != transfer.log.npos);
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

TEST_CASE("-v tells what is sent again") {
  const server_process server;
  lossy_relay relay{server.port()};
  relay.plan({relayed::loses_response});
  const auto ended = run_tool({"-v", "inc", "x"}, {.server = relay.address()});
  CHECK(ended.output == "1\n");
  CHECK(lines_of(ended.log).size() == 2);  // sent again, and replayed
}
