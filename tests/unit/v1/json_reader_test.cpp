#include "http/api/v1/json_reader.hpp"
#include "counter/limits.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using http::v1::json_value;
using unit::verdict_on;
using namespace std::string_view_literals;

namespace {

/// Writes down what it receives.
class recorder final : public http::v1::json_visitor {
public:
  std::string events;
  std::vector<std::optional<std::int64_t>> integers;  // of members of the outermost object

  void value(std::size_t depth, std::string_view name, const json_value& value) override {
    using kind_type = json_value::kind_type;
    const std::pair<kind_type, char> letters[] = {
        {kind_type::object, '{'},  {kind_type::list, '['},    {kind_type::string, 's'},
        {kind_type::integer, 'i'}, {kind_type::boolean, 'b'}, {kind_type::other, 'o'}};
    events += std::to_string(depth);
    for (const auto& [kind, letter] : letters)
      if (value.is(kind))
        events += letter;
    events.append(name).append(name.empty() ? "" : "=").append(value.if_string().value_or(""));
    events += ' ';
    if (depth == 1)
      integers.push_back(value.if_integer());
  }
  void end(std::size_t depth) override { events += std::to_string(depth) + "} "; }
};

http::v1::maybe_problem problem_with(std::string_view text) {
  recorder values;
  return http::v1::read_json(text, values);
}

/// Returns an object with nested lists, `levels` deep in all.
std::string nested(std::size_t levels) {
  return R"({"a":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
}

}  // namespace

TEST_CASE("read_json() takes an object with white space around it") {
  for (const auto text : {"{}"sv, " \t\r\n{ } \r\n"sv, R"({"a":1,"b":"x","c":null,"d":[1,{}]})"sv,
                          R"({"":0})"sv, "{\"a\":\"\xc3\xa9\\u00e9\\n\"}"sv}) {
    CAPTURE(text);
    CHECK(verdict_on(problem_with(text)) == "ok");
  }
}

TEST_CASE("read_json() refuses text that is not exactly one JSON object") {
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
    CHECK(verdict_on(problem_with(text)) == "malformed-json");
  }
}

TEST_CASE("read_json() takes json_depth_max levels and refuses one more") {
  CHECK(verdict_on(problem_with(nested(counter::limits::json_depth_max))) == "ok");
  CHECK(verdict_on(problem_with(nested(counter::limits::json_depth_max + 1))) == "malformed-json");
  CHECK(verdict_on(problem_with(nested(100'000))) == "malformed-json");
}

TEST_CASE("read_json() refuses a duplicate member at every level, also if escaped") {
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
    CHECK(verdict_on(problem_with(text)) == "duplicate-parameter");
  }
  const std::string longer(5000, 'k');
  CHECK(verdict_on(problem_with("{\"" + longer + "\":1,\"" + longer + "\":2}")) ==
        "duplicate-parameter");
}

TEST_CASE("read_json() takes equal members of different objects and similar members of one") {
  for (const auto text : {R"({"a":{"a":{"a":1}}})"sv, R"({"a":[{"b":1},{"b":1}],"b":{"a":1}})"sv,
                          R"({"a":1,"A":2,"a ":3,"a\u0000":4})"sv, R"({"a":"a","b":"a"})"sv,
                          R"({"b":{"c":1},"c":2})"sv}) {
    CAPTURE(text);
    CHECK(verdict_on(problem_with(text)) == "ok");
  }
}

TEST_CASE("read_json() reports a duplicate member of an operation with its index") {
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
    const auto problem = problem_with(text);
    REQUIRE(verdict_on(problem) == "duplicate-parameter");
    CHECK(problem->index == index);
  }
}

TEST_CASE("read_json() does not repeat a long name in the detail") {
  const std::string key(300'000, 'k');
  const auto problem = problem_with("{\"" + key + "\":1,\"" + key + "\":2}");
  REQUIRE(verdict_on(problem) == "duplicate-parameter");
  CHECK(problem->detail.size() < 1000);
}

TEST_CASE("read_json() reads 64-bit integers as integers") {
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
    recorder values;
    REQUIRE(verdict_on(http::v1::read_json("{\"a\":" + std::string{number} + "}", values)) == "ok");
    CHECK(values.integers == std::vector{value});
  }
}

TEST_CASE("read_json() passes on every value with its depth and name, in order") {
  std::pair<std::string_view, std::string_view> const cases[] = {
      {"{}", "0{ 0} "},
      {R"({"a":1,"b":true,"c":null,"d":1.5,"e":""})", "0{ 1ia= 1bb= 1oc= 1od= 1se= 0} "},
      {R"({"a":[1,"x",{"b":"y"}],"c":"z"})", "0{ 1[a= 2i 2sx 2{ 3sb=y 2} 1} 1sc=z 0} "},
      {R"({"a":{"b":{},"c":[]},"d":false})", "0{ 1{a= 2{b= 2} 2[c= 2} 1} 1bd= 0} "},
      {R"({"\u0061\n":"\u00e9x\ty"})", "0{ 1sa\n=\xc3\xa9x\ty 0} "},
      {R"({"ab":{"a":1},"b":"x"})", "0{ 1{ab= 2ia= 1} 1sb=x 0} "},
  };
  for (const auto& [text, events] : cases) {
    CAPTURE(text);
    recorder values;
    REQUIRE(verdict_on(http::v1::read_json(text, values)) == "ok");
    CHECK(values.events == events);
  }
}

TEST_CASE("read_json() refuses an object with more than json_members_max members") {
  auto with_members = [](int count) {
    std::string text = "{";
    for (int i = 0; i < count; ++i)
      text += (i > 0 ? ",\"m" : "\"m") + std::to_string(i) + "\":0";
    return text + "}";
  };
  constexpr int most = static_cast<int>(counter::limits::json_members_max);
  CHECK(verdict_on(problem_with(with_members(most))) == "ok");
  for (const auto& text :
       {with_members(most + 1), "{\"ops\":[{},{\"x\":" + with_members(most + 1) + "}]}"}) {
    const auto problem = problem_with(text);
    REQUIRE(problem);
    CHECK(problem->code == http::v1::code::invalid_parameter);
  }
}
