#include "counterctl/command_line/command_line.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

using namespace counterctl;

namespace {

std::variant<command, early_exit> parse(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv{"counterctl"};
  for (const auto& argument : arguments)
    argv.push_back(argument.c_str());
  return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

}  // namespace

TEST_CASE("a command line that is right chooses a command") {
  const std::vector<std::vector<std::string>> cases{
      {"get", "a", "b"},
      {"set", "x", "-5"},
      {"add", "x", "-5", "--min", "-10", "--max", "10", "--clamp", "--initial", "-3"},
      {"add", "x"},
      {"dec", "x", "3"},
      {"inc", "-5"},
      {"add", "x", "--ttl", "60s", "--ttl-mode", "refresh", "--no-create"},
      {"del", "a", "b"},
      {"del", "--prefix", "a/", "-y"},
      {"list"},
      {"list", "a/", "-n", "5"},
      {"list", "--all", "-o", "json"},
      {"top", "a/", "-n", "5"},
      {"watch", "a", "--until", ">=10"},
      {"watch", "--prefix", "a"},
      {"export", "a/", "--csv", "--after", "a/b"},
      {"import", "-", "--mode", "add", "-k"},
      {"import", "--redis", "redis://localhost", "--match", "x*"},
      {"batch"},
      {"info"},
      {"stats", "-i", "500ms"},
      {"backup", "today"},
      {"ping", "--wait", "1m", "--live"},
      // General flags stand anywhere.
      {"-s", "localhost:9", "get", "a"},
      {"get", "a", "-s", "https://x/y", "-t", "1m", "--key", "k", "-v"},
      {"get", "--", "--odd"},
      {"export", "--after=--odd"},
      {"export", "--after", "--odd"},
  };
  for (const auto& arguments : cases) {
    CAPTURE(arguments);
    const auto parsed = parse(arguments);
    if (const auto* early = std::get_if<early_exit>(&parsed))
      CAPTURE(early->text);
    CHECK(std::holds_alternative<command>(parsed));
  }
}

TEST_CASE("a command line that is wrong gets one line that says why") {
  const std::vector<std::vector<std::string>> cases{
      {"frob"},
      {"get"},
      {"get", "a\nb"},
      {"get", std::string(257, 'x')},
      {"get", "a", "--frob"},
      {"set", "x"},
      {"set", "x", "1.5"},
      {"set", "x", "9223372036854775808"},
      {"set", "x", "1", "2"},
      {"set", "x", "1", "--if-version", "1", "--if-absent"},
      {"set", "x", "1", "--ttl", "500ms"},
      {"set", "x", "1", "--ttl", "soon"},
      {"dec", "x", "-9223372036854775808"},
      {"add", "x", "--ttl-mode", "never"},
      {"add", "x", "--min"},
      {"add", "x", "--min", "--max"},
      {"del"},
      {"del", "a", "--prefix", "b"},
      {"del", "--prefix", "b", "--key", "k"},
      {"del", "a", "b", "--if-version", "1"},
      {"list", "-n", "0"},
      {"top", "-n", "1001"},
      {"list", "-n", "5", "--all"},
      {"watch"},
      {"watch", "a", "--until", "100"},
      {"import", "x", "--redis", "redis://y"},
      {"import", "--match", "y"},
      {"import", "--mode", "replace"},
      {"backup"},
      {"stats", "-i", "0s"},
      {"completion", "tcsh"},
      {"get", "a", "-o", "xml"},
      {"get", "a", "--key", "a b"},
      {"get", "a", "--key", std::string(201, 'k')},
      {"get", "a", "--key", "k", "--no-key"},
      {"get", "a", "-s", "ftp://x"},
      {"get", "a", "--token-file", "/nowhere/token"},
      {"get", "a", "-t", "0"},
      {"get", "a", "-t", "11m"},
  };
  for (const auto& arguments : cases) {
    CAPTURE(arguments);
    const auto parsed = parse(arguments);
    REQUIRE(std::holds_alternative<early_exit>(parsed));
    const auto& early = std::get<early_exit>(parsed);
    CAPTURE(early.text);
    CHECK((early.code == exit_code::usage));
    CHECK(early.text.starts_with("counterctl: "));
    CHECK(std::count(early.text.begin(), early.text.end(), '\n') == 1);
  }
}

TEST_CASE("without a command, the help says what there is") {
  const auto parsed = parse({});
  REQUIRE(std::holds_alternative<early_exit>(parsed));
  CHECK((std::get<early_exit>(parsed).code == exit_code::usage));
  CHECK(std::get<early_exit>(parsed).text.find("import") != std::string::npos);
}
