#include "http/protocol/date.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

TEST_CASE("text() renders an IMF-fixdate") {
  struct {
    std::time_t when;
    std::string_view text;
  } const cases[] = {
      {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
      {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},  // the example of RFC 9110
      {951827696, "Tue, 29 Feb 2000 12:34:56 GMT"},
      {1735689599, "Tue, 31 Dec 2024 23:59:59 GMT"},
      {1735689600, "Wed, 01 Jan 2025 00:00:00 GMT"},
      {2147483648, "Tue, 19 Jan 2038 03:14:08 GMT"},
  };
  std::time_t now = 0;
  const http::date date{now};
  for (const auto& [when, text] : cases) {
    now = when;
    CHECK(date.text() == text);
  }
}

TEST_CASE("text() of second 0 is the beginning of 1970") {
  const std::time_t now = 0;
  CHECK(http::date{now}.text() == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("text() follows the clock forwards and backwards") {
  std::time_t now = 784111777;
  const http::date date{now};
  CHECK(date.text() == "Sun, 06 Nov 1994 08:49:37 GMT");
  now = 784111778;
  CHECK(date.text() == "Sun, 06 Nov 1994 08:49:38 GMT");
  now = 784111777;
  CHECK(date.text() == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("text() is in GMT in every time zone") {
  ::setenv("TZ", "NOWHERE-9", 1);
  ::tzset();
  const std::time_t now = 784111777;
  const std::string text{http::date{now}.text()};
  ::unsetenv("TZ");
  ::tzset();
  CHECK(text == "Sun, 06 Nov 1994 08:49:37 GMT");
}
