#include "config/number.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>

using config::parse_number;

TEST_CASE("parse_number() reads decimal digits, whatever zeros lead them") {
  CHECK(parse_number("0", 0, 9) == 0);
  CHECK(parse_number("7", 7, 7) == 7);
  CHECK(parse_number("010", 0, 99) == 10);
  CHECK(parse_number("08", 0, 99) == 8);
  CHECK(parse_number("0000000000000000000000001", 0, 99) == 1);
  CHECK(parse_number("18446744073709551615", 0, UINT64_MAX) == UINT64_MAX);
}

TEST_CASE("parse_number() refuses anything but decimal digits in the range") {
  for (const std::string_view text : {"",
                                      "-1",
                                      "-0",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1\n",
                                      "1 2",
                                      "0x10",
                                      "0X10",
                                      "0b10",
                                      "0o10",
                                      "1_000",
                                      "1'0",
                                      "1,0",
                                      "1.0",
                                      "1e3",
                                      "1K",
                                      "1u",
                                      "ten",
                                      "1",
                                      "100",
                                      "18446744073709551616",
                                      "99999999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text, 2, 99));
  }
  CHECK_FALSE(parse_number("18446744073709551616", 0, UINT64_MAX));
}
