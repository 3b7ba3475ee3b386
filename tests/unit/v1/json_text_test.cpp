#include "http/api/v1/json_text.hpp"
#include "counter/limits.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

using http::v1::parse_object;
using unit::verdict_on;
using namespace std::string_view_literals;

namespace {

/// Returns an object with nested lists, `levels` deep in all.
std::string nested(std::size_t levels) {
  return R"({"a":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
}

}  // namespace

TEST_CASE("parse_object() takes an object with white space around it") {
  for (const auto text : {"{}"sv, " \t\r\n{ } \r\n"sv, R"({"a":1,"b":"x","c":null,"d":[1,{}]})"sv,
                          R"({"":0})"sv, "{\"a\":\"\xc3\xa9\\u00e9\\n\"}"sv}) {
    CAPTURE(text);
    CHECK(verdict_on(parse_object(text)) == "ok");
  }
}

TEST_CASE("parse_object() refuses text that is not exactly one JSON object") {
  const std::string_view cases[] = {
      "",
      " ",
      "null",
      "1",
      "\"a\"",
      "[]",
      "[{}]",
      "{",
      "}",
      "{\"a\"}",
      "{\"a\":}",
      "{\"a\":1",
      "{\"a\":1,}",
      "{,}",
      "{a:1}",
      "{'a':1}",
      "{\"a\":'x'}",
      // trailing bytes
      "{}x",
      "{}{}",
      "{},",
      "{}\0"sv,
      "{}//x",
      "{/*x*/}",
      "\xef\xbb\xbf{}",
      // malformed numbers
      "{\"a\":01}",
      "{\"a\":+1}",
      "{\"a\":-}",
      "{\"a\":.5}",
      "{\"a\":1.}",
      "{\"a\":1e}",
      "{\"a\":0x1}",
      "{\"a\":NaN}",
      "{\"a\":Infinity}",
      // malformed strings
      "{\"a\":\"\n\"}",
      "{\"a\x01\":1}",
      "{\"a\":\"\\x\"}",
      "{\"a\":\"\xff\"}",
      "{\"\xc3\":1}",
      "{\"a\":\"\\ud800\"}",
      "{\"\\udc00\":1}",
  };
  for (const auto text : cases) {
    CAPTURE(text);
    CHECK(verdict_on(parse_object(text)) == "malformed-json");
  }
}

TEST_CASE("parse_object() takes json_depth_max levels and refuses one more") {
  CHECK(verdict_on(parse_object(nested(counter::limits::json_depth_max))) == "ok");
  CHECK(verdict_on(parse_object(nested(counter::limits::json_depth_max + 1))) == "malformed-json");
  CHECK(verdict_on(parse_object(nested(100'000))) == "malformed-json");
}

TEST_CASE("parse_object() refuses a duplicate member at every level, also if escaped") {
  const std::string_view cases[] = {
      R"({"a":1,"a":1})",
      R"({"a":1,"b":2,"a":3})",
      R"({"a":1,"\u0061":2})",
      R"({"\u0061":1,"a":2})",
      R"({"":1,"":2})",
      R"({"a":{"b":1,"b":2}})",
      R"({"a":[{"b":1},{"b":1,"c":1,"b":1}]})",
      R"({"a":{"a":{"a":{"b":1,"b":2}}}})",
      R"({"a":{"b":1},"a":{"b":1}})",
      R"({"a":{},"b":[],"a":1})",
      "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}",
      R"({"x\ny\tz":1,"x\u000ay\u0009z":2})",
      R"({"\/":1,"/":2})",
  };
  for (const auto text : cases) {
    CAPTURE(text);
    CHECK(verdict_on(parse_object(text)) == "duplicate-parameter");
  }
  const std::string longer(5000, 'k');
  CHECK(verdict_on(parse_object("{\"" + longer + "\":1,\"" + longer + "\":2}")) ==
        "duplicate-parameter");
}

TEST_CASE("parse_object() takes equal members of different objects and similar members of one") {
  for (const auto text : {R"({"a":{"a":{"a":1}}})"sv, R"({"a":[{"b":1},{"b":1}],"b":{"a":1}})"sv,
                          R"({"a":1,"A":2,"a ":3,"a\u0000":4})"sv, R"({"a":"a","b":"a"})"sv,
                          R"({"b":{"c":1},"c":2})"sv}) {
    CAPTURE(text);
    CHECK(verdict_on(parse_object(text)) == "ok");
  }
}

TEST_CASE("parse_object() reports a duplicate member of an operation with its index") {
  struct {
    std::string_view text;
    std::optional<std::size_t> index;
  } const cases[] = {
      {R"({"ops":[{"a":1,"a":2}]})", 0},
      {R"({"ops":[{"a":1},{"a":[1,{"b":2}]},{"a":1,"a":2},{"a":1}]})", 2},
      {R"({"ops":[1,null,"x",{"a":1,"a":2}]})", 3},
      {R"({"ops":[],"ops":[]})", std::nullopt},
      {R"({"ops":[{"a":1}],"ops":[{"a":1}]})", std::nullopt},
      {R"({"ops":{"a":1,"a":2}})", std::nullopt},
      // an object in an object is no operation
      {R"({"ops":{"a":{"b":1,"b":2}}})", std::nullopt},
  };
  for (const auto& [text, index] : cases) {
    CAPTURE(text);
    const auto parsed = parse_object(text);
    REQUIRE(verdict_on(parsed) == "duplicate-parameter");
    CHECK(parsed.error().index == index);
  }
}

TEST_CASE("parse_object() does not repeat a long name in the detail") {
  const std::string key(300'000, 'k');
  const auto parsed = parse_object("{\"" + key + "\":1,\"" + key + "\":2}");
  REQUIRE(verdict_on(parsed) == "duplicate-parameter");
  CHECK(parsed.error().detail.size() < 1000);
}

TEST_CASE("parse_object() reads 64-bit integers as integers") {
  struct {
    std::string_view number;
    std::optional<std::int64_t> value;
  } const cases[] = {
      {"0", 0},
      {"-0", 0},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
      {"9223372036854775808", std::nullopt},
      {"-9223372036854775809", std::nullopt},
      {"18446744073709551615", std::nullopt},
      {"18446744073709551616", std::nullopt},
      {"1.0", std::nullopt},
      {"1e2", std::nullopt},
      {"1E0", std::nullopt},
  };
  for (const auto& [number, value] : cases) {
    CAPTURE(number);
    const auto parsed = parse_object("{\"a\":" + std::string{number} + "}");
    REQUIRE(verdict_on(parsed) == "ok");
    const auto* integer = parsed->at("a").if_int64();
    CHECK((integer != nullptr) == value.has_value());
    if (integer != nullptr && value)
      CHECK(*integer == *value);
  }
}

TEST_CASE("to_text() ends with a newline, and parses back to the same object") {
  CHECK(http::v1::to_text({}) == "{}\n");
  CHECK(http::v1::to_text({{"b", INT64_MIN}, {"a", "\"\n\xc3\xa9"}, {"c", nullptr}}) ==
        "{\"b\":-9223372036854775808,\"a\":\"\\\"\\n\xc3\xa9\",\"c\":null}\n");
}

TEST_CASE("parse_object() refuses an object with more than json_members_max members") {
  auto with_members = [](int count) {
    std::string text = "{";
    for (int i = 0; i < count; ++i)
      text += (i > 0 ? ",\"m" : "\"m") + std::to_string(i) + "\":0";
    return text + "}";
  };
  constexpr int most = static_cast<int>(counter::limits::json_members_max);
  CHECK(http::v1::parse_object(with_members(most)).has_value());
  for (const auto& text :
       {with_members(most + 1), "{\"ops\":[{},{\"x\":" + with_members(most + 1) + "}]}"}) {
    const auto parsed = http::v1::parse_object(text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().code == http::v1::code::invalid_parameter);
  }
}
