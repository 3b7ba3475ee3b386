#include "http/protocol/field_value.hpp"

#include <doctest/doctest.h>

#include <string_view>

TEST_CASE("names_range() finds a range that has no weight of 0, and no wildcard") {
  struct {
    std::string_view ranges;
    bool is_named;
  } const cases[] = {
      {"", false},
      {",", false},
      {"gzip", true},
      {"GZip", true},
      {" deflate ,\tgzip", true},
      {"br;q=1.0, gzip ; q=0.8, *;q=0.1", true},
      {"gzip;q=0", false},
      {"gzip; Q=0.000, deflate", false},
      {"gzip;q=0, gzip", true},
      {"gzip;level=0;q=0.001", true},
      {"x-gzip, gzipped", false},
      {"deflate;gzip", false},
      {"*", false},
  };
  for (const auto& [ranges, is_named] : cases) {
    CAPTURE(ranges);
    CHECK(http::names_range(ranges, "gzip") == is_named);
  }
  CHECK(http::names_range("text/html;level=1;q=0, */*, Text/HTML", "text/html"));
}
