#include "http/api/v1/cursor.hpp"
#include "http/protocol/percent.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using http::v1::parse_cursor;
using http::v1::to_cursor;

TEST_CASE("parse_cursor() returns the name given to to_cursor(), which needs no encoding") {
  for (const std::string_view name :
       {"a", "site1/a", "\xc3\xa9", "\xf4\x8f\xbf\xbf", " ", "%2F+&=?#\"", "0"}) {
    CAPTURE(name);
    const auto cursor = to_cursor(name);
    CHECK(parse_cursor(cursor) == name);
    CHECK(http::encode(cursor) == cursor);
  }
  const std::string longest(256, '\x7e');
  CHECK(parse_cursor(to_cursor(longest)) == longest);
}

TEST_CASE("parse_cursor() returns nullopt for text that to_cursor() never returns") {
  const std::string cases[] = {
      "",   // no name is empty
      "6",  // half a byte
      "616",
      "6g",
      "zz",
      " 61",
      "61 ",
      "0x61",
      "4F",  // not the form that to_cursor() writes
      "00",  // control characters
      "610a",
      "7f",
      "ff",  // not UTF-8
      "c3",
      "c080",
      "eda080",
      "f4908080",
      to_cursor(std::string(257, 'x')),
      std::string(4096, '6'),
      std::string{"61\0", 3},
  };
  for (const auto& cursor : cases) {
    CAPTURE(cursor);
    CHECK(parse_cursor(cursor) == std::nullopt);
  }
}
