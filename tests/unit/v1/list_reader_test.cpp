#include "http/api/v1/list_reader.hpp"
#include "http/api/v1/cursor.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

using http::v1::list_parameters;
using http::v1::read_list;
using http::v1::to_cursor;
using unit::verdict_on;

TEST_CASE("read_list() reads prefix, limit and cursor, or their defaults") {
  struct {
    std::string query;
    std::string_view prefix;
    std::size_t limit;
    std::string_view after;
  } const cases[] = {
      {"", "", 100, ""},
      {"&", "", 100, ""},
      {"prefix=", "", 100, ""},
      {"limit=1", "", 1, ""},
      {"limit=1000", "", 1000, ""},
      {"limit=%2B7", "", 7, ""},
      {"prefix=site1%2F", "site1/", 100, ""},
      {"prefix=a+b%2B", "a b+", 100, ""},
      {"prefix=%C3%A9", "\xc3\xa9", 100, ""},
      {"cursor=" + to_cursor("x"), "", 100, "x"},
      {"cursor=" + to_cursor("ab/c") + "&limit=5&prefix=ab%2F", "ab/", 5, "ab/c"},
      {"prefix=ab&cursor=" + to_cursor("ab"), "ab", 100, "ab"},
  };
  for (const auto& [query, prefix, limit, after] : cases) {
    CAPTURE(query);
    const auto list = read_list(query);
    REQUIRE(verdict_on(list) == "ok");
    CHECK(list->prefix == prefix);
    CHECK(list->limit == limit);
    CHECK(list->after == after);
  }
}

TEST_CASE("read_list() refuses invalid parameters") {
  const struct {
    std::string query;
    std::string_view verdict;
  } cases[] = {
      {"limit=0", "invalid-value"},
      {"limit=1001", "invalid-value"},
      {"limit=-1", "invalid-value"},
      {"limit=", "invalid-value"},
      {"limit", "invalid-value"},
      {"limit=x", "invalid-value"},
      {"limit=1e2", "invalid-value"},
      {"limit=+1", "invalid-value"},
      {"limit=9223372036854775808", "invalid-value"},
      {"limit=1&limit=1", "duplicate-parameter"},
      {"prefix=a&prefix=a", "duplicate-parameter"},
      {"cursor=61&cursor=61", "duplicate-parameter"},
      {"Prefix=a", "invalid-parameter"},
      {"after=a", "invalid-parameter"},
      {"=a", "invalid-parameter"},
      {"cursor=", "invalid-parameter"},
      {"cursor", "invalid-parameter"},
      {"cursor=x", "invalid-parameter"},
      {"cursor=4F", "invalid-parameter"},
      {"cursor=%C3%A9", "invalid-parameter"},
      // cursor of another list
      {"prefix=b&cursor=" + to_cursor("a"), "invalid-parameter"},
      {"prefix=ab&cursor=" + to_cursor("a"), "invalid-parameter"},
      {"cursor=" + to_cursor("c") + "&prefix=b", "invalid-parameter"},
  };
  for (const auto& [query, verdict] : cases) {
    CAPTURE(query);
    CHECK(verdict_on(read_list(query)) == verdict);
  }
}

TEST_CASE("read_list() takes a prefix of 256 bytes and no more") {
  CHECK(verdict_on(read_list("prefix=" + std::string(256, 'x'))) == "ok");
  CHECK(verdict_on(read_list("prefix=" + std::string(257, 'x'))) == "invalid-value");
}
