#include "tests/paths.hpp"
#include "tests/server/counterctl/lossy_relay.hpp"
#include "tests/server/counterctl/tool.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

using namespace support;

namespace {

bool mentions(const process::ending& ended, const std::string& text) {
  CAPTURE(ended.log);
  CAPTURE(text);
  const bool is_there = ended.log.find(text) != std::string::npos;
  CHECK(is_there);
  return is_there;
}

/// A line for each of many counters, n10000 and so on.
std::string many_entries(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i)
    lines += R"({"name":"n)" + std::to_string(10'000 + i) + R"(","value":)" + std::to_string(i) +
             R"(,"expires_at":null})"
             "\n";
  return lines;
}

}  // namespace

TEST_CASE("what export writes, import makes again in another server, whatever the names are") {
  const server_process source, target;
  std::string operations;
  for (const std::string name :
       {R"(a,b)", R"(\"q\")", R"(<script>)", R"(a/b?c)", R"(\u202eabc)", R"(caf\u00e9)", R"(,)"})
    operations += R"({"op":"set","name":")" + name +
                  R"(","value":-9223372036854775808})"
                  "\n";
  operations += R"({"op":"add","name":"window","delta":3,"ttl":1000})"
                "\n";
  REQUIRE(ask(source, {"batch"}, operations).exit_code == 0);
  for (const words& format : {words{}, words{"--csv"}}) {
    words export_command{"export"}, import_command{"import"};
    export_command.insert(export_command.end(), format.begin(), format.end());
    import_command.insert(import_command.end(), format.begin(), format.end());
    const auto exported = ask(source, export_command);
    CHECK(exported.exit_code == 0);
    CHECK(mentions(exported, "exported 8 counters"));
    const auto imported = ask(target, import_command, exported.output);
    CHECK(imported.exit_code == 0);
    CHECK(mentions(imported, "imported 8 counters"));
    // The milliseconds of the expiry are another server's.
    const auto values = ask(target, {"list"}).output;
    CHECK(values == ask(source, {"list"}).output);
    CHECK(ask(target, {"-o", "json", "get", "window"}).output.find(R"("expires_at":"2)") !=
          std::string::npos);
    REQUIRE(ask(target, {"del", "--prefix", "c", "-y"}).exit_code == 0);
  }
}

TEST_CASE("an export that was broken off goes on behind a name") {
  const server_process server;
  REQUIRE(ask(server, {"import"}, many_entries(2500)).exit_code == 0);
  const auto all = ask(server, {"export"});
  const auto lines = lines_of(all.output);
  REQUIRE(lines.size() == 2500);
  const auto rest = lines_of(ask(server, {"export", "--after", "n11499"}).output);
  CHECK(rest == std::vector<std::string>(lines.begin() + 1500, lines.end()));
  CHECK(lines_of(ask(server, {"export", "n12", "--csv"}).output).size() == 501);

  lossy_relay relay{server.port()};
  relay.plan({relayed::passes, relayed::passes});
  auto fates = std::deque<relayed>(200, relayed::answers_503);
  fates.push_front(relayed::passes);
  relay.plan(fates);
  const auto broken = run_tool({"-t", "1s", "export"}, {.server = relay.address()});
  CHECK(broken.exit_code == 6);
  CHECK(lines_of(broken.output).size() == 1000);
  CHECK(mentions(broken, "; the output is incomplete. 1,000 counters are exported"));
  CHECK(mentions(broken, "--after=n10999"));
  relay.plan(std::deque<relayed>(200, relayed::answers_503));
  CHECK(run_tool({"-t", "1s", "export"}, {.server = relay.address()}).exit_code == 3);
}

TEST_CASE("where an export goes on is a word of a shell, whatever the name is") {
  const server_process server;
  const std::string name = "n10999\u202e'\\\u65e5x";
  REQUIRE(ask(server, {"import"}, many_entries(999)).exit_code == 0);
  REQUIRE(ask(server, {"set", name, "1"}).exit_code == 0);
  REQUIRE(ask(server, {"set", "z", "1"}).exit_code == 0);
  lossy_relay relay{server.port()};
  auto fates = std::deque<relayed>(200, relayed::answers_503);
  fates.push_front(relayed::passes);
  relay.plan(fates);
  const auto broken = run_tool({"-t", "1s", "export"}, {.server = relay.address()});
  CAPTURE(broken.log);
  const auto begin = broken.log.find("--after=");
  REQUIRE(begin != std::string::npos);
  const auto word = broken.log.substr(begin, broken.log.rfind('\n') - begin);
  const auto command = "printf %s " + word.substr(std::string{"--after="}.size());
  CHECK(process{{"bash", "-c", command}}.wait().output == name);
}

TEST_CASE("an import that adds counts once, however often it is made") {
  const server_process server;
  REQUIRE(ask(server, {"set", "n10007", "1000"}).exit_code == 0);
  const auto entries = many_entries(2500);
  const auto first = ask(server, {"import", "--mode", "add"}, entries);
  CHECK(first.exit_code == 0);
  CHECK(mentions(first, "imported 2,500 counters"));
  const auto second = ask(server, {"import", "--mode", "add"}, entries);
  CHECK(second.exit_code == 0);
  CHECK(mentions(second, "2,500 had been imported before"));
  CHECK(ask(server, {"get", "n10007"}).output == "1007\n");
  // Another input is another import.
  CHECK(ask(server, {"import", "--mode", "add"}, entries + R"({"name":"n10007","value":1})")
            .exit_code == 0);
  CHECK(ask(server, {"get", "n10007"}).output == "1015\n");
}

TEST_CASE("an import that is broken off counts once when it is made again") {
  const server_process server;
  lossy_relay relay{server.port()};
  const auto entries = many_entries(2500);
  auto fates = std::deque<relayed>(200, relayed::loses_response);
  fates.push_front(relayed::passes);
  relay.plan(fates);
  const auto broken = run_tool({"-t", "1s", "import", "--mode", "add"},
                               {.server = relay.address(), .input = entries});
  CHECK(broken.exit_code == 5);
  CHECK(mentions(broken, "again to go on"));
  relay.plan({relayed::loses_request, relayed::cuts_response});
  CHECK(run_tool({"import", "--mode", "add"}, {.server = relay.address(), .input = entries})
            .exit_code == 0);
  const auto lines = lines_of(ask(server, {"list", "--all"}).output);
  REQUIRE(lines.size() == 2500);
  for (std::size_t i = 0; i < lines.size(); ++i)
    CHECK(lines[i] == "n" + std::to_string(10'000 + i) + "\t" + std::to_string(i));
}

TEST_CASE("an import counts once, however its file looks") {
  const server_process server;
  const temporary_directory directory;
  std::ofstream{directory / "plain"} << many_entries(1500);
  CHECK(ask(server, {"import", "--mode", "add", directory / "plain"}).exit_code == 0);
  std::string csv = "\n\"Name\",\"Value\",expires_at\n \n";
  for (int i = 0; i < 1500; ++i)
    csv += "n" + std::to_string(10'000 + i) + "," + std::to_string(i) + "\r\n";
  std::ofstream{directory / "same.csv"} << csv;
  const auto again = ask(server, {"import", "--mode", "add", directory / "same.csv"});
  CHECK(again.exit_code == 0);
  CHECK(mentions(again, "1,500 had been imported before"));
  // What was wrong in between is left out, or mended.
  const auto entries = many_entries(2600);
  const auto middle = entries.find("{\"name\":\"n11600");
  const auto broken = entries.substr(0, middle) + "nonsense\n" + entries.substr(middle);
  CHECK(ask(server, {"import", "--mode", "add", "-k", "--key", "second"}, broken).exit_code == 6);
  CHECK(ask(server, {"import", "--mode", "add", "--key", "second"}, entries).exit_code == 0);
  CHECK(ask(server, {"get", "n10007"}).output == "14\n");
  CHECK(ask(server, {"get", "n12599"}).output == "2599\n");
}

TEST_CASE("an import that adds takes no more than half of the room for keys") {
  const server_process server{{"--idempotency-max", "3000"}};
  const auto refused = ask(server, {"import", "--mode", "add"}, many_entries(2000));
  CHECK(refused.exit_code == 4);
  CHECK(mentions(refused, "--no-key"));
  CHECK(ask(server, {"list"}).output == "");
  CHECK(ask(server, {"import", "--mode", "add"}, many_entries(1400)).exit_code == 0);
  CHECK(mentions(ask(server, {"import", "--mode", "add"}, many_entries(1400)),
                 "1,400 had been imported before"));
  // To set takes none, and neither does deleting.
  CHECK(ask(server, {"import"}, many_entries(5000)).exit_code == 0);
  CHECK(ask(server, {"del", "--prefix", "n", "-y"}).exit_code == 0);
  CHECK(ask(server, {"import", "--mode", "add", "--no-key"}, many_entries(5000)).exit_code == 0);
}

TEST_CASE("imports leave keys for others") {
  const server_process server{{"--idempotency-max", "5000"}};
  const auto entries = [](const std::string& name) {
    std::string lines;
    for (int i = 0; i < 2400; ++i)
      lines += name + std::to_string(i) + ",1\n";
    return lines;
  };
  CHECK(ask(server, {"import", "--mode", "add", "--csv"}, entries("a")).exit_code == 0);
  CHECK(ask(server, {"import", "--mode", "add", "--csv"}, entries("b")).exit_code == 6);
  CHECK(ask(server, {"import", "--mode", "add", "--csv"}, entries("c")).exit_code == 6);
  CHECK(ask(server, {"inc", "other"}).output == "1\n");
  CHECK(ask(server, {"import", "--mode", "add", "--csv"}, entries("a")).exit_code == 0);
  CHECK(ask(server, {"get", "a7"}).output == "1\n");
}

TEST_CASE("counters that expire count once when a line before them is mended") {
  const server_process server;
  const auto line = [](const std::string& name) {
    return R"({"name":")" + name +
           R"(","value":1,"expires_at":"2030-01-01T00:00:00Z"})"
           "\n";
  };
  CHECK(ask(server, {"import", "--mode", "add", "-k"}, line("x") + "bad\n" + line("y") + line("y"))
            .exit_code == 6);
  CHECK(ask(server, {"import", "--mode", "add"}, line("x") + line("m") + line("y") + line("y"))
            .exit_code == 0);
  CHECK(ask(server, {"list"}).output == "m\t1\nx\t1\ny\t2\n");
}

TEST_CASE("a counter that expires is added for each value, under one key, too") {
  const server_process server;
  const auto entry = [](int value) {
    return R"({"name":"e","value":)" + std::to_string(value) +
           R"(,"expires_at":"2030-01-01T00:00:00Z"})";
  };
  CHECK(ask(server, {"import", "--mode", "add", "--key", "k"}, entry(5)).exit_code == 0);
  CHECK(ask(server, {"import", "--mode", "add", "--key", "k"}, entry(70)).exit_code == 0);
  CHECK(ask(server, {"import", "--mode", "add", "--key", "k"}, entry(70)).exit_code == 0);
  CHECK(ask(server, {"get", "e"}).output == "75\n");
}

TEST_CASE("an expiry does not move when it is exported and imported again") {
  const server_process server;
  REQUIRE(ask(server, {"add", "e", "--ttl", "1000s"}).exit_code == 0);
  const auto first = ask(server, {"export"}).output;
  auto last = first;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 6; ++i) {
    REQUIRE(ask(server, {"import"}, last).exit_code == 0);
    last = ask(server, {"export"}).output;
  }
  const auto took =
      std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - begin);
  // Each time it is rounded to a second that begins when it is set, which takes a moment.
  const auto second_of = [](const std::string& line) {
    const auto colon = line.rfind(':');
    return std::stoi(line.substr(colon - 2, 2)) * 60 + std::stoi(line.substr(colon + 1, 2));
  };
  const auto moved = (second_of(last) - second_of(first) + 3600) % 3600;
  CHECK((moved <= 3 + took.count() || moved >= 3597));
}

TEST_CASE("a failure in the middle says what was done, and how to go on") {
  const server_process server;
  lossy_relay relay{server.port()};
  const tool_setting setting{.server = relay.address()};
  std::string operations;
  for (int i = 0; i < 2500; ++i)
    operations += R"({"op":"add","name":"x"})"
                  "\n";
  auto fates = std::deque<relayed>(200, relayed::answers_503);
  fates.push_front(relayed::passes);
  relay.plan(fates);
  const auto stopped =
      run_tool({"-t", "1s", "batch"}, {.server = relay.address(), .input = operations});
  CHECK(stopped.exit_code == 6);
  CHECK(mentions(stopped, "1,000 operations were carried out"));
  // The advice of a lost answer counts once.
  REQUIRE(ask(server, {"set", "x", "0"}).exit_code == 0);
  fates.assign(200, relayed::loses_response);
  relay.plan(fates);
  const auto lost =
      run_tool({"-t", "1s", "batch"}, {.server = relay.address(), .input = operations});
  CHECK(lost.exit_code == 5);
  const auto key = advised_key(lost.log);
  relay.plan({});
  CHECK(run_tool({"batch", "--key", key}, {.server = relay.address(), .input = operations})
            .exit_code == 0);
  CHECK(ask(server, {"get", "x"}).output == "2500\n");
  // A wrong operation is found in its line.
  const auto wrong =
      ask(server, {"batch"}, "{\"op\":\"add\",\"name\":\"a\"}\n\n{\"op\":\"frob\"}\n");
  CHECK(wrong.exit_code == 4);
  CHECK(mentions(wrong, "stdin:3: "));
}

TEST_CASE("deleting by prefix goes on where it was broken off") {
  const server_process server;
  lossy_relay relay{server.port()};
  REQUIRE(ask(server, {"import"}, many_entries(2500)).exit_code == 0);
  auto fates = std::deque<relayed>(200, relayed::answers_503);
  fates.push_front(relayed::passes);
  relay.plan(fates);
  const auto stopped =
      run_tool({"-t", "1s", "del", "--prefix", "n", "-y"}, {.server = relay.address()});
  CHECK(stopped.exit_code == 6);
  CHECK(mentions(stopped, "deleted before that: 1,000 counters"));
  relay.plan({relayed::loses_response, relayed::loses_request});
  CHECK(run_tool({"del", "--prefix", "n", "-y"}, {.server = relay.address()}).exit_code == 0);
  CHECK(ask(server, {"list"}).output == "");
}

TEST_CASE("counters that expire are added once, too, and keep their expiry") {
  const server_process server;
  const std::string entries = R"({"name":"a","value":5,"expires_at":"2030-01-01T00:00:00.000Z"})"
                              "\n"
                              R"({"name":"b","value":5,"expires_at":"2001-01-01T00:00:00.000Z"})"
                              "\n";
  const auto first = ask(server, {"import", "--mode", "add"}, entries);
  CHECK(first.exit_code == 0);
  CHECK(mentions(first, "imported 1 counter; 1 had expired"));
  const auto state = ask(server, {"-o", "json", "get", "a"}).output;
  CHECK(state.find(R"("value":5)") != std::string::npos);
  CHECK(state.find(R"("expires_at":"20)") != std::string::npos);
  const auto second = ask(server, {"import", "--mode", "add"}, entries);
  CHECK(second.exit_code == 0);
  CHECK(mentions(second, "1 had been imported before"));
  CHECK(ask(server, {"get", "a"}).output == "5\n");
}

TEST_CASE("import overwrites, or leaves what is there") {
  const server_process server;
  REQUIRE(ask(server, {"set", "a", "1"}).exit_code == 0);
  const std::string entries = "a,10,\nb,20\n";
  const auto absent = ask(server, {"import", "--csv", "--mode", "absent"}, entries);
  CHECK(absent.exit_code == 0);
  CHECK(mentions(absent, "imported 1 counter; 1 existed already"));
  CHECK(ask(server, {"list"}).output == "a\t1\nb\t20\n");
  const auto first = ask(server, {"import", "--csv"}, entries);
  CHECK(first.exit_code == 0);
  CHECK(mentions(first, "imported 2 counters, of which 1 had another value before\n"));
  CHECK(ask(server, {"list"}).output == "a\t10\nb\t20\n");
  CHECK(mentions(ask(server, {"import", "--csv"}, entries), "imported 2 counters\n"));
  // A second import restores again.
  REQUIRE(ask(server, {"set", "a", "1"}).exit_code == 0);
  CHECK(ask(server, {"import", "--csv"}, entries).exit_code == 0);
  CHECK(ask(server, {"get", "a"}).output == "10\n");
}

TEST_CASE("an import whose response was lost does not say how many values it has changed") {
  const server_process server;
  REQUIRE(ask(server, {"set", "a", "1"}).exit_code == 0);
  lossy_relay relay{server.port()};
  relay.plan({relayed::loses_response});
  auto ended = run_tool({"import", "--csv"}, {.server = relay.address(), .input = "a,10\n"});
  CHECK(mentions(ended, "imported 1 counter, of which 0 or more had another value before\n"));
  relay.plan({relayed::loses_response});
  ended = run_tool({"import", "--csv", "--mode", "absent"},
                   {.server = relay.address(), .input = "b,10\n"});
  CHECK(mentions(ended, "1 existed already, or this import has created them\n"));
}

TEST_CASE("import tells each wrong line, and imports nothing unless it is to keep going") {
  const server_process server;
  const std::string entries = R"({"name":"a","value":1})"
                              "\n\nnonsense\n"
                              R"({"name":"b","value":1.5})"
                              "\n"
                              R"({"name":"c","value":3,"other":null})"
                              "\n"
                              R"({"name":"","value":1})"
                              "\n";
  for (const words& flags : {words{"import"}, words{"import", "--dry-run"}}) {
    const auto refused = ask(server, flags, entries);
    CHECK(refused.exit_code == 2);
    for (const std::string line : {"stdin:3: ", "stdin:4: ", "stdin:6: "})
      CHECK(mentions(refused, line));
    CHECK(lines_of(refused.log).size() == 4);
    CHECK(ask(server, {"list"}).output == "");
  }
  const auto dry = ask(server, {"import", "--dry-run", "-k"}, entries);
  CHECK(dry.exit_code == 6);
  CHECK(mentions(dry, "2 counters can be imported; wrong: 3"));
  CHECK(ask(server, {"list"}).output == "");
  const auto rest = ask(server, {"import", "--keep-going"}, entries);
  CHECK(rest.exit_code == 6);
  CHECK(ask(server, {"list"}).output == "a\t1\nc\t3\n");
  const auto many = ask(server, {"import"}, [] {
    std::string lines;
    for (int i = 0; i < 100; ++i)
      lines += "x\n";
    return lines;
  }());
  CHECK(lines_of(many.log).size() == 22);
  CHECK(mentions(many, "and 80 more"));
}

TEST_CASE("import reads a file, and says when it cannot") {
  const server_process server;
  const temporary_directory directory;
  std::ofstream{directory / "counters.csv"} << "\xef\xbb\xbfname,value,expires_at\r\na,5,\r\n";
  CHECK(ask(server, {"import", directory / "counters.csv", "--csv"}).exit_code == 0);
  CHECK(ask(server, {"get", "a"}).output == "5\n");
  CHECK(mentions(ask(server, {"import", directory / "nothing"}), "No such file"));
  CHECK(ask(server, {"import", directory.path().string()}).exit_code == 2);
  CHECK(ask(server, {"import", "-"}).exit_code == 0);
}

TEST_CASE("an import into a server without room says how far it came") {
  const server_process server{{"--max-counters", "1500"}};
  const auto entries = many_entries(2500);
  const auto full = ask(server, {"import"}, entries);
  CHECK(full.exit_code == 6);
  CHECK(mentions(full, "of 2,500 counters, imported 1,500"));
  CHECK(lines_of(ask(server, {"list", "--all"}).output).size() == 1500);
  CHECK(lines_of(full.log).size() == 1);
}

TEST_CASE("import says of an addition that would overflow that it would") {
  const server_process server;
  REQUIRE(ask(server, {"set", "a", "9223372036854775807"}).exit_code == 0);
  const auto refused = ask(server, {"import", "--csv", "--mode", "add"}, "a,1\n");
  CHECK(mentions(refused, "line 1, a: the result would overflow: "));
}

TEST_CASE("a batch whose output is lost says how far it came, and how to go on") {
  const server_process server;
  const temporary_directory directory;
  std::string operations;
  for (int i = 0; i < 1500; ++i)
    operations += R"({"op":"add","name":"x"})"
                  "\n";
  std::ofstream{directory / "operations"} << operations;
  const auto run = [&](const std::string& command) {
    const auto tool = std::string{"exec "} + COUNTERCTL_BINARY +
                      " -s 127.0.0.1:" + std::to_string(server.port()) + " \"$@\"";
    return process{
        {"sh", "-c", "ctl() { (" + tool + "); }; cd " + directory.path().string() + "; " + command}}
        .wait();
  };
  const auto lost = run("ctl batch <operations >/dev/full");
  CHECK(lost.exit_code == 6);
  CHECK(mentions(lost, "before that, 1,000 operations were carried out"));
  CHECK(mentions(lost, "to go on, give the same command --key "));
  CHECK(run("ctl batch <operations --key " + advised_key(lost.log)).exit_code == 0);
  CHECK(ask(server, {"get", "x"}).output == "1500\n");

  // A table is written at the end.
  const auto table = run("head -n 3 operations | ctl -o table batch >/dev/full");
  CHECK(table.exit_code == 6);
  CHECK(run("head -n 3 operations | ctl batch --key " + advised_key(table.log)).exit_code == 0);
  CHECK(ask(server, {"get", "x"}).output == "1503\n");

  const auto unread = run("ctl batch <operations | sh -c 'exec <&-; sleep 1'");
  CHECK(run("ctl batch <operations --key " + advised_key(unread.log)).exit_code == 0);
  CHECK(ask(server, {"get", "x"}).output == "3003\n");

  const auto single = run("ctl inc x >/dev/full");
  CHECK(single.exit_code == 6);
  CHECK(mentions(single, "the change was made"));
}

TEST_CASE("an option takes a value that is the name of another one, behind =") {
  const server_process server;
  REQUIRE(ask(server, {"set", "--", "--key", "1"}).exit_code == 0);
  REQUIRE(ask(server, {"set", "z", "2"}).exit_code == 0);
  CHECK(lines_of(ask(server, {"export", "--after=--key"}).output).size() == 1);
  CHECK(ask(server, {"export", "--after", "--csv"}).exit_code == 2);
  CHECK(ask(server, {"get", "--", "--x=--y"}).exit_code == 1);
  CHECK(mentions(ask(server, {"get", "--", "--x=--y"}), "--x=--y"));
  CHECK(mentions(ask(server, {"list", "--foo=--bar"}), "--foo=--bar"));
  CHECK(ask(server, {"-5"}).log.find("u0001") == std::string::npos);
  // Not the next argument instead.
  CHECK(ask(server, {"add", "--key=", "kx", "5"}).exit_code == 2);
  CHECK(ask(server, {"export", "--after=", "--csv"}).exit_code == 2);
  CHECK(ask(server, {"list", "--limit=", "5"}).exit_code == 2);
  CHECK(ask(server, {"add", "kk", "1", "--key", "-v"}).exit_code == 2);
  CHECK(ask(server, {"add", "kk", "0", "--key=-v"}).output == "0\n");
  CHECK(ask(server, {"export", "--after=-v"}).exit_code == 0);
  // A control character is never taken off.
  for (const words& command : std::vector<words>{{"del", "\x01kk"},
                                                 {"--", "del", "\x01kk"},
                                                 {"add", "kk",
                                                  "\x01"
                                                  "1"},
                                                 {"-vt\x01"
                                                  "5s",
                                                  "get", "kk"},
                                                 {"add", "kk", "--key=\x01k"},
                                                 {"add", "kk", "--key", "\x01k"}})
    CHECK(ask(server, command).exit_code == 2);
  CHECK(ask(server, {"get", "kk"}).output == "0\n");
  CHECK(ask(server, {"add", "kk", "-5", "--min=-7"}).output == "-5\n");
}

TEST_CASE("an export that fails at once writes nothing, not even the header") {
  const auto failed = run_tool({"-t", "1s", "export", "--csv"}, {.server = "127.0.0.1:1"});
  CHECK(failed.exit_code == 3);
  CHECK(failed.output.empty());
  const server_process server;
  CHECK(ask(server, {"export", "--csv"}).output == "name,value,expires_at\n");
}

TEST_CASE("batch prints a result for each line, and its exit code tells whether all were done") {
  const server_process server;
  const auto done = ask(server, {"batch"},
                        R"({"op":"set","name":"a","value":5})"
                        "\n\n"
                        R"({"op":"add","name":"a","delta":2})"
                        "\n"
                        R"({"op":"get","name":"a"})"
                        "\n");
  CHECK(done.exit_code == 0);
  CHECK(done.output == "201\ta\t5\t\n200\ta\t7\t\n200\ta\t7\t\n");
  const auto partly = ask(server, {"batch"},
                          R"({"op":"add","name":"a","max":0})"
                          "\n"
                          R"({"op":"delete","name":"a"})");
  CHECK(partly.exit_code == 6);
  CHECK(partly.output == "409\ta\t\tlimit-reached\n204\ta\t\t\n");
  CHECK(ask(server, {"batch"}, R"({"op":"get","name":"a"})").exit_code == 1);
  const auto wrong = ask(server, {"batch"}, "{\"op\":\"add\",\"name\":\"a\"}\n[]\n");
  CHECK(wrong.exit_code == 2);
  CHECK(mentions(wrong, "stdin:2: "));
  CHECK(ask(server, {"get", "a"}).exit_code == 1);
  CHECK(ask(server, {"batch"}, R"({"op":"frob","name":"a"})").exit_code == 4);
  const auto json = ask(server, {"-o", "json", "batch"}, R"({"op":"add","name":"j"})");
  CHECK(json.output.starts_with(R"({"status":201,"name":"j","value":1,)"));
}

TEST_CASE("a batch of many lines with a key counts once") {
  const server_process server;
  std::string operations;
  for (int i = 0; i < 2500; ++i)
    operations += R"({"op":"add","name":"x"})"
                  "\n";
  CHECK(ask(server, {"batch", "--key", "night"}, operations).exit_code == 0);
  CHECK(ask(server, {"batch", "--key", "night"}, operations).exit_code == 0);
  CHECK(ask(server, {"get", "x"}).output == "2500\n");
}

TEST_CASE("a counter that expires too late for the server is a wrong line, whatever the year") {
  const server_process server;
  for (const std::string year : {"2099", "2262", "2263", "2600", "9999"}) {
    CAPTURE(year);
    const auto entry = R"({"name":"x","value":1,"expires_at":")" + year + R"(-06-01T00:00:00Z"})";
    const auto ended = ask(server, {"import"}, R"({"name":"a","value":1})" + ("\n" + entry) + "\n");
    CHECK(ended.exit_code == 2);
    CHECK(mentions(ended, "stdin:2: it expires in more than ten years"));
  }
  CHECK(ask(server, {"list"}).output.empty());
}
