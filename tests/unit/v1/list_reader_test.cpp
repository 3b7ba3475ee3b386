#include "http/api/v1/list_reader.hpp"
#include "http/api/v1/cursor.hpp"
#include "tests/cases/bad_parameters.hpp"
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

TEST_CASE("read_list() reads prefix, limit, cursor and after, or their defaults") {
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
      {"after=x", "", 100, "x"},
      {"after=ab%2Fc&prefix=ab%2F", "ab/", 100, "ab/c"},
      // A list with a prefix begins behind it anyway.
      {"after=aa&prefix=ab", "ab", 100, ""},
      {"after=b&prefix=ab", "ab", 100, "b"},
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
  for (const auto& [query, code] : cases::bad_lists()) {
    CAPTURE(query);
    CHECK(verdict_on(read_list(query)) == code);
  }
}

TEST_CASE("read_list() takes a prefix of 256 bytes") {
  CHECK(verdict_on(read_list("prefix=" + std::string(256, 'x'))) == "ok");
}
