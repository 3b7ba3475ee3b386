#include "http/api/v1/timestamp.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string_view>

TEST_CASE("to_rfc3339() formats UTC with milliseconds") {
  struct {
    std::int64_t milliseconds;
    std::string_view text;
  } const cases[] = {
      {0, "1970-01-01T00:00:00.000Z"},
      {1, "1970-01-01T00:00:00.001Z"},
      {-1, "1969-12-31T23:59:59.999Z"},
      {999, "1970-01-01T00:00:00.999Z"},
      {1000, "1970-01-01T00:00:01.000Z"},
      {951'782'399'999, "2000-02-28T23:59:59.999Z"},
      {951'782'400'000, "2000-02-29T00:00:00.000Z"},
      {1'700'000'000'050, "2023-11-14T22:13:20.050Z"},
      {4'102'444'800'000, "2100-01-01T00:00:00.000Z"},
      {4'107'542'400'000, "2100-03-01T00:00:00.000Z"},  // 2100 has no leap day
      {253'402'300'799'999, "9999-12-31T23:59:59.999Z"},
  };
  for (const auto& [milliseconds, text] : cases) {
    CAPTURE(milliseconds);
    CHECK(http::v1::to_rfc3339(counter::time_point{std::chrono::milliseconds{milliseconds}}) ==
          text);
  }
}
