#include "counter/duration.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string_view>

TEST_CASE("parse_duration() accepts every unit and a bare number of seconds") {
  struct {
    std::string_view text;
    std::chrono::milliseconds expected;
  } const cases[] = {
      {"1ms", std::chrono::milliseconds{1}},  {"500ms", std::chrono::milliseconds{500}},
      {"1s", std::chrono::seconds{1}},        {"10s", std::chrono::seconds{10}},
      {"10", std::chrono::seconds{10}},       {"010", std::chrono::seconds{10}},
      {"86400s", std::chrono::hours{24}},     {"86400", std::chrono::hours{24}},
      {"86400000ms", std::chrono::hours{24}}, {"10m", std::chrono::minutes{10}},
      {"24h", std::chrono::hours{24}},        {"1d", std::chrono::hours{24}},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    const auto parsed = counter::parse_duration(text);
    REQUIRE(parsed);
    CHECK(parsed->count() == expected.count());
  }
}

TEST_CASE("parse_duration() refuses 0, more than a day, and malformed text") {
  const std::string_view cases[] = {
      "",
      "0",
      "0s",
      "0ms",
      "86401",
      "86401s",
      "86400001ms",
      "-1",
      "-1s",
      "+1s",
      " 1s",
      "1s ",
      "1 s",
      "1.5s",
      "1e3",
      "0x10",
      "s",
      "ms",
      "25h",
      "2d",
      "1w",
      "1M",
      "1S",
      "1MS",
      "1sms",
      "1mss",
      "forever",
      "1,5s",
      "1s1ms",
      // More than 64 bits, before or after the multiplication.
      "18446744073709551615",
      "18446744073709551616",
      "18446744073709552",
      "9223372036854775807d",
  };
  for (const auto text : cases) {
    CAPTURE(text);
    CHECK_FALSE(counter::parse_duration(text));
  }
}

TEST_CASE("parse_duration() accepts up to the given maximum") {
  const std::chrono::hours year{365 * 24};
  CHECK(counter::parse_duration("365d", year) == year);
  CHECK_FALSE(counter::parse_duration("366d", year));
}

TEST_CASE("to_text() formats a duration in its largest unit") {
  CHECK(counter::to_text(std::chrono::milliseconds{500}) == "500ms");
  CHECK(counter::to_text(std::chrono::milliseconds{1500}) == "1500ms");
  CHECK(counter::to_text(std::chrono::seconds{10}) == "10s");
  CHECK(counter::to_text(std::chrono::seconds{60}) == "1m");
  CHECK(counter::to_text(std::chrono::hours{24}) == "24h");
  CHECK(counter::to_text(std::chrono::hours{365 * 24}) == "8760h");
}
