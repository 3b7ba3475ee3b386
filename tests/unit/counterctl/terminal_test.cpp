#include "counterctl/output/terminal.hpp"

#include <doctest/doctest.h>

#include <string>

using counterctl::escape;
using counterctl::width_of;

TEST_CASE("escape() leaves nothing that controls a terminal or turns the direction of writing") {
  struct {
    std::string text, escaped;
  } const cases[] = {
      {"", ""},
      {"hits/a b", "hits/a b"},
      {"caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9d\x84\x9e", "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9d\x84\x9e"},
      {"\x1b[31mred", "\\u001b[31mred"},
      {"a\nb\tc\x7f", "a\\u000ab\\u0009c\\u007f"},
      {"\xc2\x9b"
       "31m",
       "\\u009b31m"},
      {"\xe2\x80\xae"
       "gpj.exe",
       "\\u202egpj.exe"},
      {"\xe2\x81\xa6x\xe2\x80\x8f", "\\u2066x\\u200f"},
      {"\xff\xc3", "\\xff\\xc3"},
      {"\xe2\x28\xa1", "\\xe2(\\xa1"},
  };
  for (const auto& [text, escaped] : cases) {
    CAPTURE(escaped);
    CHECK(escape(text) == escaped);
  }
}

TEST_CASE("width_of() counts columns, not bytes") {
  CHECK(width_of("hits") == 4);
  CHECK(width_of("caf\xc3\xa9") == 4);
  CHECK(width_of("\xe6\x97\xa5\xe6\x9c\xac") == 4);
  CHECK(width_of("e\xcc\x81") == 1);
}
