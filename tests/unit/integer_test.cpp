#include "counter/integer.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using counter::parse_integer;

TEST_CASE("parse_integer() accepts either sign or none, up to both ends of int64") {
  struct {
    std::string_view text;
    std::int64_t value;
  } const cases[] = {
      {"9223372036854775807", INT64_MAX},
      {"+9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
      {"-9223372036854775807", INT64_MIN + 1},
      {"0", 0},
      {"-0", 0},
      {"+0", 0},
      {"1", 1},
      {"+5", 5},
      {"-5", -5},
      {"0007", 7},
      {"-0000000000000000000000000000007", -7},
  };
  for (const auto& [text, value] : cases) {
    CAPTURE(text);
    const auto parsed = parse_integer(text);
    REQUIRE(parsed);
    CHECK(*parsed == value);
  }
}

TEST_CASE("parse_integer() refuses everything but a decimal int64") {
  using namespace std::string_view_literals;
  const std::string_view cases[] = {
      "",
      "9223372036854775808",
      "+9223372036854775808",
      "-9223372036854775809",
      "18446744073709551616",
      "99999999999999999999999999",
      "+",
      "-",
      "++1",
      "--1",
      "+-1",
      "-+1",
      " 1",
      "1 ",
      "\t1",
      "1\n",
      "1\0"sv,
      "1,000",
      "1.0",
      "1.",
      "1e3",
      "0x1",
      "0b1",
      "x",
      "1x",
      "\xd9\xa1",  // an Arabic-Indic 1
      "inf",
  };
  for (const auto text : cases) {
    CAPTURE(text);
    CHECK_FALSE(parse_integer(text));
  }
}

TEST_CASE("parse_integer() stops at the end of the text") {
  const std::string digits = "12345";
  const auto parsed = parse_integer(std::string_view{digits}.substr(0, 3));
  REQUIRE(parsed);
  CHECK(*parsed == 123);
}
