#include "counterctl/formats/threshold.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using counterctl::threshold;

TEST_CASE("a threshold compares a value with its bound") {
  struct {
    std::string text;
    bool below, at, above;
  } const cases[] = {
      {">=100", false, true, true}, {">100", false, false, true},  {"<=100", true, true, false},
      {"<100", true, false, false}, {"=100", false, true, false},  {"==100", false, true, false},
      {"!=100", true, false, true}, {">= 100", false, true, true},
  };
  for (const auto& [text, below, at, above] : cases) {
    CAPTURE(text);
    const auto parsed = threshold::parse(text);
    REQUIRE(parsed);
    CHECK(parsed->holds(99) == below);
    CHECK(parsed->holds(100) == at);
    CHECK(parsed->holds(101) == above);
  }
  CHECK(threshold::parse("<-5")->holds(INT64_MIN));
}

TEST_CASE("what is no threshold is refused") {
  for (const std::string bad :
       {"", "100", ">", ">=", "=>1", ">1.5", "> ", ">9223372036854775808", "~1", ">=1 2", "!1"}) {
    CAPTURE(bad);
    CHECK_FALSE(threshold::parse(bad));
  }
}
