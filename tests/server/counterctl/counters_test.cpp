#include "tests/server/counterctl/tool.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace support;

namespace {

void check(const process::ending& ended, int exit_code, const std::string& output) {
  CAPTURE(ended.log);
  CHECK(ended.exit_code == exit_code);
  CHECK(ended.output == output);
  // A failure says why in one line.
  CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == (exit_code == 0 ? 0 : 1));
}

}  // namespace

TEST_CASE("counterctl sets, reads, changes and deletes a counter, and a pipe gets its value") {
  const server_process server;
  check(ask(server, {"set", "hits", "5"}), 0, "5\n");
  check(ask(server, {"inc", "hits"}), 0, "6\n");
  check(ask(server, {"add", "hits", "-3"}), 0, "3\n");
  check(ask(server, {"dec", "hits", "5"}), 0, "-2\n");
  check(ask(server, {"get", "hits"}), 0, "-2\n");
  check(ask(server, {"set", "hits", "-9223372036854775808"}), 0, "-9223372036854775808\n");
  check(ask(server, {"get", "hits"}), 0, "-9223372036854775808\n");
  check(ask(server, {"del", "hits"}), 0, "");
  check(ask(server, {"get", "hits"}), 1, "");
  check(ask(server, {"del", "hits"}), 1, "");
}

TEST_CASE("counterctl exits with 1 when a limit or a condition refuses a change") {
  const server_process server;
  check(ask(server, {"set", "stock", "2"}), 0, "2\n");
  check(ask(server, {"dec", "stock", "3", "--min", "0"}), 1, "");
  check(ask(server, {"dec", "stock", "3", "--min", "0", "--clamp"}), 0, "0\n");
  check(ask(server, {"add", "stock", "9223372036854775807"}), 0, "9223372036854775807\n");
  check(ask(server, {"add", "stock"}), 1, "");
  check(ask(server, {"set", "stock", "1", "--if-absent"}), 1, "");
  check(ask(server, {"set", "stock", "1", "--if-version", "1"}), 1, "");
  check(ask(server, {"add", "none", "--no-create"}), 1, "");
  check(ask(server, {"add", "new", "2", "--initial", "40", "--if-absent"}), 0, "42\n");
  const auto limited = ask(server, {"inc", "new", "--max", "42"});
  CHECK(limited.log.find("new: ") != std::string::npos);
  CHECK(limited.log.find("42") != std::string::npos);
}

TEST_CASE("counterctl gives counters an expiry") {
  const server_process server;
  const auto limited = ask(server, {"-o", "json", "add", "login", "--ttl", "60s", "--max", "5"});
  CHECK(limited.exit_code == 0);
  CHECK(limited.output.find(R"("expires_at":"2)") != std::string::npos);
  const auto kept = ask(server, {"-o", "json", "add", "login", "--ttl-mode", "persist"});
  CHECK(kept.output.find(R"("expires_at":null)") != std::string::npos);
}

TEST_CASE("counterctl takes any name that a counter may have") {
  const server_process server;
  for (const std::string name : {"a/b c", "..", ".", "-5", "%41", "?x=1&y#", "caf\xc3\xa9", "\"q\"",
                                 "\xe2\x80\xaexe", ",", "$(x)", "+", "*"}) {
    CAPTURE(name);
    check(ask(server, {"add", "--", name}), 0, "1\n");
    check(ask(server, {"get", "--", name}), 0, "1\n");
  }
  CHECK(lines_of(ask(server, {"list"}).output).size() == 13);
}

TEST_CASE("counterctl reads and deletes many counters at once, and tells which are missing") {
  const server_process server;
  check(ask(server, {"set", "a", "1"}), 0, "1\n");
  check(ask(server, {"set", "b", "2"}), 0, "2\n");
  check(ask(server, {"get", "a", "b"}), 0, "a\t1\nb\t2\n");
  const auto some = ask(server, {"get", "a", "nowhere", "b"});
  check(some, 1, "a\t1\nb\t2\n");
  CHECK(some.log.find("nowhere") != std::string::npos);
  check(ask(server, {"del", "a", "nowhere", "b"}), 1, "");
  check(ask(server, {"list"}), 0, "");
  words many{"get"};
  for (int i = 0; i < 2500; ++i)
    many.push_back("many" + std::to_string(i));
  CHECK(lines_of(ask(server, many).log).size() == 2500);
}

TEST_CASE("counterctl lists in byte order, a part or all, and says when there is more") {
  const server_process server;
  std::string operations;
  for (int i = 0; i < 2345; ++i)
    operations += R"({"op":"set","name":"n)" + std::to_string(10'000 + i) +
                  R"(","value":1})"
                  "\n";
  REQUIRE(ask(server, {"batch"}, operations).exit_code == 0);
  const auto first = ask(server, {"list"});
  CHECK(lines_of(first.output).size() == 100);
  CHECK(first.log.find("--all") != std::string::npos);
  const auto all = ask(server, {"list", "--all"});
  const auto lines = lines_of(all.output);
  CHECK(lines.size() == 2345);
  CHECK(std::is_sorted(lines.begin(), lines.end()));
  CHECK(all.log == "");
  CHECK(lines_of(ask(server, {"list", "-n", "1500"}).output).size() == 1500);
  CHECK(lines_of(ask(server, {"list", "n1000"}).output).size() == 10);
  REQUIRE(ask(server, {"set", "n11000", "7"}).exit_code == 0);
  check(ask(server, {"top", "-n", "2"}), 0, "n11000\t7\nn10000\t1\n");
  check(ask(server, {"top", "n12", "-n", "1"}), 0, "n12000\t1\n");
  check(ask(server, {"list", "nowhere"}), 0, "");
}

TEST_CASE("counterctl deletes by prefix, and asks for it only on a terminal") {
  const server_process server;
  std::string operations;
  for (int i = 0; i < 1500; ++i)
    operations += R"({"op":"set","name":"a/)" + std::to_string(i) +
                  R"(","value":1})"
                  "\n";
  REQUIRE(ask(server, {"batch"}, operations).exit_code == 0);
  check(ask(server, {"set", "b", "1"}), 0, "1\n");
  check(ask(server, {"del", "--prefix", "a/"}), 2, "");
  CHECK(lines_of(ask(server, {"list", "--all"}).output).size() == 1501);
  const auto deleted = ask(server, {"del", "--prefix", "a/", "-y"});
  CHECK(deleted.exit_code == 0);
  CHECK(deleted.log == "counterctl: deleted 1,500 counters\n");
  check(ask(server, {"list", "--all"}), 0, "b\t1\n");
}

TEST_CASE("counterctl prints JSON, a line each, and tables") {
  const server_process server;
  const auto set = ask(server, {"-o", "json", "set", "hits", "5"});
  CHECK(set.output.starts_with(R"({"name":"hits","value":5,"previous":null,"version":)"));
  CHECK(std::count(set.output.begin(), set.output.end(), '\n') == 1);
  CHECK(ask(server, {"-o", "json", "list"}).output.starts_with(R"({"name":"hits","value":5,)"));
  CHECK(ask(server, {"-o", "json", "del", "hits"}).output ==
        "{\"name\":\"hits\",\"deleted\":true}\n");
  check(ask(server, {"set", "a", "5"}), 0, "5\n");
  check(ask(server, {"set", "b/longer", "-1234"}), 0, "-1234\n");
  const auto lines = lines_of(ask(server, {"-o", "table", "list"}).output);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("NAME      VALUE"));
  CHECK(lines[1].starts_with("a             5"));
  CHECK(lines[2].starts_with("b/longer  -1234"));
}

TEST_CASE("counterctl says when its output cannot be written") {
  const server_process server;
  check(ask(server, {"set", "a", "5"}), 0, "5\n");
  words command{"sh", "-c", R"("$@" > /dev/full)", "sh"};
  const auto program = tool({"-s", "127.0.0.1:" + std::to_string(server.port()), "list", "--all"});
  command.insert(command.end(), program.begin(), program.end());
  const auto ended = process{command}.wait();
  CHECK(ended.exit_code == 6);
  CHECK(ended.log.find("stdout") != std::string::npos);
}
