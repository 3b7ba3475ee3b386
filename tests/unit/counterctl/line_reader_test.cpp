#include "counterctl/formats/line_reader.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

using counterctl::line_reader;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream input{text};
  std::vector<std::string> lines;
  for (line_reader reader{input}; reader.next();) {
    CHECK(reader.number() == lines.size() + 1);
    lines.push_back(reader.line());
  }
  return lines;
}

}  // namespace

TEST_CASE("line_reader reads lines however they end, without a byte order mark") {
  using lines = std::vector<std::string>;
  CHECK(lines_of("") == lines{});
  CHECK(lines_of("a") == lines{"a"});
  CHECK(lines_of("a\n") == lines{"a"});
  CHECK(lines_of("a\r\n\nb\r") == lines{"a", "", "b"});
  CHECK(lines_of("\xef\xbb\xbf"
                 "a\n\xef\xbb\xbf"
                 "b") == lines{"a",
                               "\xef\xbb\xbf"
                               "b"});
}

TEST_CASE("line_reader keeps 64 KiB of a line, and goes on behind it") {
  std::istringstream input{std::string(200'000, 'x') + "\nnext\n"};
  line_reader reader{input};
  REQUIRE(reader.next());
  CHECK(reader.is_too_long());
  CHECK(reader.line().size() == 64 * 1024);
  REQUIRE(reader.next());
  CHECK_FALSE(reader.is_too_long());
  CHECK(reader.line() == "next");
}
