#include "http/api/v1/entity_tag.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using counter::version_set;
using http::v1::comparison;
using http::v1::parse_tags;
using http::v1::read_condition;
using http::v1::representation;
using unit::field;
using unit::fields_of;
using unit::verdict_on;

namespace {

/// Returns the tag in a field line.
std::string tag_of(std::uint64_t version, representation representation = representation::json) {
  const auto line = http::v1::tag_field(version, representation);
  REQUIRE(line.starts_with("ETag: "));
  REQUIRE(line.ends_with("\r\n"));
  return line.substr(6, line.size() - 8);
}

}  // namespace

TEST_CASE("parse_tags() reads what tag_field() writes") {
  CHECK(tag_of(1) == "\"1\"");
  CHECK(tag_of(UINT64_MAX) == "\"18446744073709551615\"");
  for (const auto version : {std::uint64_t{1}, std::uint64_t{1019}, UINT64_MAX}) {
    CAPTURE(version);
    CHECK(parse_tags(tag_of(version), comparison::strong) == version_set{false, {version}});
    CHECK(parse_tags(tag_of(version, representation::text), comparison::strong) ==
          version_set{false, {version}});
  }
}

TEST_CASE("parse_tags() for one representation ignores the tags of the other") {
  CHECK(tag_of(7, representation::text) == "\"7-text\"");
  constexpr std::string_view list = R"("7", "8-text", W/"9-text")";
  CHECK(parse_tags(list, comparison::weak) == version_set{false, {7, 8, 9}});
  CHECK(parse_tags(list, comparison::weak, representation::json) == version_set{false, {7}});
  CHECK(parse_tags(list, comparison::weak, representation::text) == version_set{false, {8, 9}});
  CHECK(parse_tags(list, comparison::strong, representation::text) == version_set{false, {8}});
  CHECK(parse_tags("*", comparison::weak, representation::text) == version_set{true, {}});
}

TEST_CASE("parse_tags() returns the versions in a list, without weak and foreign tags") {
  struct {
    std::string_view list;
    std::vector<std::uint64_t> versions;
  } const cases[] = {
      {R"("7")", {7}},
      {" \t\"7\" ", {7}},
      {R"("7","8" , "9")", {7, 8, 9}},
      {R"(,, "7",,"8",)", {7, 8}},
      {R"("7", "7")", {7, 7}},
      // weak
      {R"(W/"7")", {}},
      {R"("1", W/"7", "2")", {1, 2}},
      // never written by tag_field()
      {R"("")", {}},
      {R"("x")", {}},
      {R"("*")", {}},
      {R"("0")", {}},
      {R"("07")", {}},
      {R"("-7")", {}},
      {R"("+7")", {}},
      {R"("7x")", {}},
      {R"("7-")", {}},
      {R"("-text")", {}},
      {R"("7-TEXT")", {}},
      {R"("7-text-text")", {}},
      {R"("0x7")", {}},
      {R"("7,8")", {}},
      {R"("18446744073709551616")", {}},
      {"\"\xc3\xa9!#~\"", {}},
      {R"("a,b", "7")", {7}},
      {R"("W/", "7")", {7}},
      {R"("a\", "7")", {7}},  // a tag has no escapes
  };
  for (const auto& [list, versions] : cases) {
    CAPTURE(list);
    CHECK(parse_tags(list, comparison::strong) == version_set{false, versions});
  }
}

TEST_CASE("parse_tags() with the weak comparison reads weak tags like strong ones") {
  CHECK(parse_tags(R"(W/"7")", comparison::weak) == version_set{false, {7}});
  CHECK(parse_tags(R"("1", W/"7", W/"x", "2")", comparison::weak) == version_set{false, {1, 7, 2}});
}

TEST_CASE("parse_tags() reads * as any version") {
  CHECK(parse_tags("*", comparison::strong) == version_set{true, {}});
  CHECK(parse_tags(" * \t", comparison::strong) == version_set{true, {}});
}

TEST_CASE("parse_tags() returns nullopt for a malformed list") {
  const std::string_view cases[] = {
      "",        " ",           ",",        "7",        "\"",     "\"7",       "7\"",      "'7'",
      "\"7\"8",  "\"7\" \"8\"", "\"7\";",   "w/\"7\"",  "W\"7\"", "W /\"7\"",  "W/ \"7\"", "W/",
      "W/7",     "* *",         "*, \"7\"", "\"7\", *", "**",     "*,",        "\"7\", 8", "\"7 \"",
      "\"a b\"", "\"\t\"",      "\"\x7f\"", "\"a\"b\"", "x\"7\"", "W/W/\"7\"",
  };
  for (const auto list : cases) {
    CAPTURE(list);
    CHECK(parse_tags(list, comparison::weak) == std::nullopt);
  }
}

TEST_CASE("read_condition() combines If-Match and If-None-Match") {
  const auto none = read_condition(fields_of({}));
  REQUIRE(verdict_on(none) == "ok");
  CHECK(*none == counter::condition{});

  const auto both = read_condition(fields_of({{field::if_match, R"("1", "2")"},
                                              {field::if_none_match, "*"},
                                              {field::if_match, R"("3")"}}));
  REQUIRE(verdict_on(both) == "ok");
  CHECK(*both == counter::condition{version_set{false, {1, 2, 3}}, version_set{true, {}}});
}

TEST_CASE("read_condition() compares If-Match strongly and If-None-Match weakly") {
  const auto condition = read_condition(
      fields_of({{field::if_match, R"(W/"1")"}, {field::if_none_match, R"(W/"2")"}}));
  REQUIRE(verdict_on(condition) == "ok");
  CHECK(*condition == counter::condition{version_set{false, {}}, version_set{false, {2}}});
}

TEST_CASE("read_condition() refuses a malformed list in either field") {
  for (const auto name : {field::if_match, field::if_none_match}) {
    CHECK(verdict_on(read_condition(fields_of({{name, ""}}))) == "invalid-value");
    CHECK(verdict_on(read_condition(fields_of({{name, "7"}}))) == "invalid-value");
    CHECK(verdict_on(read_condition(fields_of({{name, "*"}, {name, "*"}}))) == "invalid-value");
    CHECK(verdict_on(read_condition(fields_of({{name, "\"1\""}, {name, "x"}}))) == "invalid-value");
  }
  CHECK(verdict_on(read_condition(fields_of(
            {{field::if_match, "\"1\""}, {field::if_none_match, "1"}}))) == "invalid-value");
}
