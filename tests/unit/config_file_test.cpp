#include "config/config_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using config::parse_config;
using config::read_config_file;
using config::setting;
using std::string_view_literals::operator""sv;

namespace {

using settings = std::vector<setting>;

/// Returns the problem of a text that is refused.
std::string problem_of(std::string_view text) {
  for (const auto& setting : parse_config(text, "file"))
    if (!setting.fault.empty())
      return setting.fault;
  return "";
}

}  // namespace

TEST_CASE("parse_config() reads strings, words, arrays and comments") {
  struct {
    std::string_view text;
    setting expected;
  } const cases[] = {
      {"a = 1", {"a", {"1"}, 1}},
      {"a=1\n", {"a", {"1"}, 1}},
      {"\t a \t=\t 1 \t\n", {"a", {"1"}, 1}},
      {"a = 1\r\n", {"a", {"1"}, 1}},
      {"\r\n# c\r\na = 1 # c\r\n", {"a", {"1"}, 3}},
      {"\n  # a comment\n\na-b = c", {"a-b", {"c"}, 4}},
      {"a = 1 # a comment", {"a", {"1"}, 1}},
      {"a = \"1\"# a comment", {"a", {"1"}, 1}},
      {"a = /var/lib/x", {"a", {"/var/lib/x"}, 1}},
      {"a = b:1,c:2", {"a", {"b:1,c:2"}, 1}},
      {"a = b=c", {"a", {"b=c"}, 1}},
      {"a = \"b c\"", {"a", {"b c"}, 1}},
      {"a = 'b c'", {"a", {"b c"}, 1}},
      {"a = \"\"", {"a", {""}, 1}},
      {"a = ''", {"a", {""}, 1}},
      {"a = \"b # c\"", {"a", {"b # c"}, 1}},
      {"a = 'b # c' # d", {"a", {"b # c"}, 1}},
      {"a = \"b, c\"", {"a", {"b, c"}, 1}},
      {"a = \"[b]\"", {"a", {"[b]"}, 1}},
      {"a = \"it's\"", {"a", {"it's"}, 1}},
      {"a = 'say \"b\"'", {"a", {"say \"b\""}, 1}},
      {R"(a = "b\"c\\d\te")", {"a", {"b\"c\\d\te"}, 1}},
      {R"(a = 'b\c')", {"a", {"b\\c"}, 1}},
      {"\"a\" = 1", {"a", {"1"}, 1}},
      {"a = []", {"a", {}, 1}},
      {"a = [b]", {"a", {"b"}, 1}},
      {"a = [ \"b\" , 'c',d ] # e", {"a", {"b", "c", "d"}, 1}},
      {"a = [\"b # c\", \"d ] e\", \"f, g\"]", {"a", {"b # c", "d ] e", "f, g"}, 1}},
      {"a = [\n  \"b\", # one\n\n  # two\n  \"c\",\n]\n", {"a", {"b", "c"}, 1}},
      {"a = \"\xc3\xa4\"", {"a", {"\xc3\xa4"}, 1}},
      {"\xef\xbb\xbf"
       "a = 1",
       {"a", {"1"}, 1}},
      {"\xef\xbb\xbf\r\n# c\r\na = 1", {"a", {"1"}, 3}},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(problem_of(text) == "");
    const auto parsed = parse_config(text, "file");
    REQUIRE(parsed.size() == 1);
    CHECK(parsed[0].name == expected.name);
    CHECK(parsed[0].values == expected.values);
    CHECK(parsed[0].line == expected.line);
  }
}

TEST_CASE("parse_config() reads settings in order, with their lines") {
  const settings expected{{"a", {"1"}, 1}, {"b", {"2", "3"}, 2}, {"a", {"4"}, 6}};
  CHECK(parse_config("a = 1\nb = [\n2,\n3\n]\na = 4\n", "file") == expected);
  for (const std::string_view text : {"", "\n", "# c", "\xef\xbb\xbf", " \t\r\n\r\n"})
    CHECK(parse_config(text, "file").empty());
}

TEST_CASE("parse_config() refuses a malformed line and names file and line") {
  struct {
    std::string_view text, place;
  } const cases[] = {
      {"a", "file:1: "},
      {"a b = 1", "file:1: "},
      {"# c\n\na\nb = 1", "file:3: "},
      {"= 1", "file:1: "},
      {"a =", "file:1: "},
      {"a = # c", "file:1: "},
      {"a = 1\nb =\nc = 2", "file:2: "},
      {"[a]", "file:1: "},
      {"a = 1\n\n[b]\nc = 2", "file:3: "},
      {"a = b c", "file:1: "},
      {"a = b#c", "file:1: "},
      {"a = b\"c", "file:1: "},
      {"a = it's", "file:1: "},
      {"a = \"b", "file:1: "},
      {"a = 'b", "file:1: "},
      {"a = \"b\nc\"", "file:1: "},
      {"a = \"b\" c", "file:1: "},
      {"a = \"b\"c", "file:1: "},
      {"a = \"\"\"b\"\"\"", "file:1: "},
      {"a = \"b\\", "file:1: "},
      {"a = \"b\\q\"", "file:1: "},
      {"a = \"\\u0041\"", "file:1: "},
      {"a = [", "file:1: "},
      {"a = [::1]:80", "file:1: "},
      {"a = [\n1,\n2\n", "file:4: "},
      {"a = [1 2]", "file:1: "},
      {"a = [1,,2]", "file:1: "},
      {"a = [1,\n[2]]", "file:2: "},
      {"a = 1\nb = [\n\"c]\n", "file:3: "},
      {"a = 1\nb = \"\xff\"\n", "file:2: "},
      {"\xff\xfe"
       "a\0 \0=\0"sv,
       "file:1: "},
      {"a = 1\nb = \"c\0d\"\n"sv, "file:2: "},
      {"a = 1\rb = 2", "file:1: "},
      {"a = \x1b[0m", "file:1: "},
      {"a = \"\x7f\"", "file:1: "},
      {" \xef\xbb\xbf"
       "a",
       "file:1: "},
  };
  for (const auto& [text, place] : cases) {
    CAPTURE(text);
    const auto problem = problem_of(text);
    CAPTURE(problem);
    CHECK(problem.starts_with(place));
    CHECK(problem.size() > place.size());
    CHECK(problem.find('\n') == problem.npos);
  }
}

TEST_CASE("parse_config() goes on behind a line that is wrong") {
  const auto parsed = parse_config("a = 1\nb\nc = \"x\nd = [1,\ne = 2\nf = 3\n", "file");
  settings good;
  std::vector<std::string> faults;
  for (const auto& setting : parsed)
    if (setting.fault.empty())
      good.push_back(setting);
    else
      faults.push_back(setting.fault);
  CHECK(good == settings{{"a", {"1"}, 1}, {"f", {"3"}, 6}});
  REQUIRE(faults.size() == 3);
  CHECK(faults[0].starts_with("file:2: "));
  CHECK(faults[1].starts_with("file:3: "));
  CHECK(faults[2].starts_with("file:5: "));
}

TEST_CASE("read_config_file() refuses what it cannot read and names it") {
  for (const std::string path : {"/nowhere/at/all", "/", "/dev/zero"}) {
    CAPTURE(path);
    const auto read = read_config_file(path);
    REQUIRE(read.size() == 1);
    CHECK(read[0].fault.find(path) != std::string::npos);
  }
  CHECK(read_config_file("/dev/null").empty());
}
