#include "rights/grant.hpp"
#include "counter/instant.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

using counter::parse_instant;
using rights::delta_range;
using rights::parse_delta_range;
using rights::parse_prefixes;
using std::chrono::seconds;

TEST_CASE("parse_prefixes() decodes prefixes with commas between them") {
  struct {
    std::string text;
    std::vector<std::string> prefixes;
  } const cases[] = {
      {"shop/", {"shop/"}},
      {"shop%2F", {"shop/"}},
      {"shop%2f,cart%20", {"shop/", "cart "}},
      {"gr%C3%B6%C3%9Fe",
       {"gr\xc3\xb6\xc3\x9f"
        "e"}},
      {"a%2Cb", {"a,b"}},
      {"%25", {"%"}},
      {"a,a", {"a", "a"}},
      {std::string(256, 'x'), {std::string(256, 'x')}},
  };
  for (const auto& [text, prefixes] : cases) {
    CAPTURE(text);
    const auto parsed = parse_prefixes(text);
    REQUIRE(parsed);
    CHECK(*parsed == prefixes);
    CHECK(parse_prefixes(rights::to_text(*parsed)) == parsed);
  }
  CHECK(rights::to_text(std::vector<std::string>{"shop/", "cart "}) == "shop/,cart%20");
  for (const std::string bad : {"", ",", "a,", ",a", "a b",
                                "gr\xc3\xb6\xc3\x9f"
                                "e",
                                "%", "%2", "%2g", "%FF", "%C3", "a+b", "\"a\"", "a%"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_prefixes(bad));
  }
  CHECK_FALSE(parse_prefixes(std::string(257, 'x')));
  CHECK(parse_prefixes("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16"));
  CHECK_FALSE(parse_prefixes("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"));
}

TEST_CASE("parse_delta_range() reads two integers in order") {
  CHECK(parse_delta_range("1..100") == delta_range{1, 100});
  CHECK(parse_delta_range("-5..5") == delta_range{-5, 5});
  CHECK(parse_delta_range("0..0") == delta_range{0, 0});
  CHECK(parse_delta_range("-9223372036854775808..9223372036854775807") ==
        delta_range{INT64_MIN, INT64_MAX});
  CHECK(to_text(delta_range{-5, 100}) == "-5..100");
  for (const std::string bad : {"", "..", "1..", "..1", "1", "2..1", "1...2", "1..2..3", "1-2",
                                "a..b", "1..9223372036854775808", " 1..2", "1.. 2"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_delta_range(bad));
  }
  const delta_range range{1, 100};
  CHECK_FALSE(range.contains(0));
  CHECK(range.contains(1));
  CHECK(range.contains(100));
  CHECK_FALSE(range.contains(101));
}

TEST_CASE("parse_instant() reads times in UTC, and to_text() returns them") {
  struct {
    std::string text;
    std::int64_t time;
  } const cases[] = {
      {"1970-01-01T00:00:00Z", 0},          {"2027-01-31T00:00:00Z", 1801353600},
      {"2024-02-29T23:59:59Z", 1709251199}, {"2000-02-29T00:00:00Z", 951782400},
      {"1969-12-31T23:59:59Z", -1},         {"9999-12-31T23:59:59Z", 253402300799},
  };
  for (const auto& [text, time] : cases) {
    CAPTURE(text);
    const auto parsed = parse_instant(text);
    REQUIRE(parsed);
    CHECK(parsed->time_since_epoch() == seconds{time});
    CHECK(counter::to_text(*parsed) == text);
  }
  for (const std::string bad :
       {"", "2027-01-31", "2027-01-31T00:00:00", "2027-01-31T00:00:00z", "2027-01-31 00:00:00Z",
        "2027-01-31T00:00:00+00:00", "2027-01-31T00:00:00.000Z", "2027-02-29T00:00:00Z",
        "2027-13-01T00:00:00Z", "2027-00-01T00:00:00Z", "2027-01-00T00:00:00Z",
        "2027-01-31T24:00:00Z", "2027-01-31T00:60:00Z", "2027-01-31T00:00:60Z",
        "-027-01-31T00:00:00Z", "2100-02-29T00:00:00Z", "90d", "tomorrow"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_instant(bad));
  }
}

TEST_CASE("a grant covers the names that begin with one of its prefixes, byte by byte") {
  const rights::grant grant{.prefixes = {"shop/", "cart "}};
  for (const std::string inside : {"shop/", "shop/a", "shop//", "cart ", "cart a"}) {
    CAPTURE(inside);
    CHECK(grant.covers(inside));
  }
  for (const std::string outside : {"", "shop", "shop%2F", "Shop/a", "shopping", "shop\\", "/shop/",
                                    " shop/", "cart", "carta"}) {
    CAPTURE(outside);
    CHECK_FALSE(grant.covers(outside));
  }
  CHECK(rights::grant{}.covers(""));
  CHECK(rights::grant{}.covers("anything"));
}

TEST_CASE("a grant expires in the second that it names") {
  const std::chrono::sys_seconds end{seconds{1000}};
  const rights::grant grant{.expires_at = end};
  CHECK_FALSE(grant.has_expired(end - seconds{1}));
  CHECK(grant.has_expired(end));
  CHECK(grant.has_expired(end + seconds{1}));
  CHECK_FALSE(rights::grant{}.has_expired(std::chrono::sys_seconds::max()));
}

TEST_CASE("is_valid_token_name() accepts names that need no quotes anywhere") {
  for (const std::string& good : std::initializer_list<std::string>{"a", "0", "shop-web", "edge.1",
                                                                    "A_b", std::string(64, 'x')}) {
    CAPTURE(good);
    CHECK(rights::is_valid_token_name(good));
  }
  for (const std::string& bad :
       std::initializer_list<std::string>{"", "-a", ".a", "_a", "#a", "a b", "a\tb", "a/b", "a:b",
                                          "\xc3\xb6", std::string(65, 'x')}) {
    CAPTURE(bad);
    CHECK_FALSE(rights::is_valid_token_name(bad));
  }
}
