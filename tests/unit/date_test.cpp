#include "http/protocol/date.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>
#include <string_view>

TEST_CASE("a date is an IMF-fixdate") {
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
  http::date date;
  for (const auto& [when, text] : cases) {
    date.refresh(when);
    CHECK(date.text() == text);
  }
}

TEST_CASE("a date is whole before it was ever refreshed") {
  CHECK(http::date{}.text() == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("a date follows the clock both ways and stays within a second") {
  http::date date;
  date.refresh(784111777);
  date.refresh(784111778);
  CHECK(date.text() == "Sun, 06 Nov 1994 08:49:38 GMT");
  date.refresh(784111777);
  date.refresh(784111777);
  CHECK(date.text() == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("a date is in GMT wherever the server is") {
  ::setenv("TZ", "NOWHERE-9", 1);
  ::tzset();
  http::date date;
  date.refresh(784111777);
  ::unsetenv("TZ");
  ::tzset();
  CHECK(date.text() == "Sun, 06 Nov 1994 08:49:37 GMT");
}
