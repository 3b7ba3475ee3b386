#include "http/api/v1/parameter_reader.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using http::v1::maybe_problem;
using http::v1::parameter_value;
using unit::field;
using unit::fields_of;
using unit::verdict_on;
using namespace std::string_view_literals;

namespace {

using http::v1::json_value;

/// Records the parameters, and refuses one named `bad`.
struct notes {
  std::vector<std::string> seen{};

  maybe_problem operator()(std::string_view name, const parameter_value& given) {
    const auto text = http::v1::as_text(given);
    seen.push_back(std::string{name} + "=" + std::string{text.value_or("?")});
    if (name == "bad")
      return http::v1::problem{http::v1::code::invalid_value, "bad"};
    return std::nullopt;
  }
};

http::request with_body(std::string body, unit::field_list fields) {
  http::request request;
  request.method = http::method::post;
  request.fields = fields_of(fields);
  request.body = std::move(body);
  return request;
}

struct numbers {
  std::int64_t first = 0;
  std::int64_t second = 0;
};

template <auto Member>
bool set(numbers& target, const parameter_value& given) {
  const auto number = http::v1::as_integer(given);
  target.*Member = number.value_or(0);
  return number.has_value();
}

constexpr http::v1::parameter<numbers> rules[] = {
    {"first", "first is an integer", &set<&numbers::first>},
    {"second", "second is an integer", &set<&numbers::second>},
};

}  // namespace

TEST_CASE("a problem with a value tells what a person may not see in it") {
  const std::string_view behind = "; this value ends with a space or a line end";
  const std::string_view before =
      "; this value begins with a space, which + stands for: write %2B for a plus";
  const std::string_view quotes = "; this value is a string: write it without quotes";
  const json_value five{"5"sv}, word{"x"sv};
  const std::pair<http::v1::parameter_value, std::string_view> cases[] = {
      {"5\n", behind}, {"5\r\n", behind}, {"5 ", behind}, {"\n", behind}, {" 5", before},
      {"", ""},        {"x", ""},         {five, quotes}, {word, ""},
  };
  for (const auto& [value, hint] : cases) {
    http::v1::parameter_reader<numbers> reader{rules};
    const auto problem = reader.accept("first", value);
    REQUIRE(problem);
    CHECK(problem->detail == "first is an integer" + std::string{hint});
  }
}

TEST_CASE("a problem with an unknown parameter names it, unless it is long") {
  http::v1::parameter_reader<numbers> reader{rules};
  CHECK(reader.accept("frist", "5")->detail == "unknown parameter: frist");
  CHECK(reader.accept(std::string(65, 'x'), "5")->detail == "unknown parameter");
  CHECK(reader.accept(R"({"delta":5})", "")->detail ==
        "this is not a form: send JSON with Content-Type: application/json");
  CHECK(reader.accept("\n", "")->detail ==
        "a parameter has no name: remove the stray space or line end");
}

TEST_CASE("as_integer(), as_boolean() and as_text() parse text and convert no JSON value") {
  using http::v1::as_boolean;
  using http::v1::as_integer;
  using http::v1::as_text;
  CHECK(as_integer("-5") == -5);
  CHECK(as_integer("x") == std::nullopt);
  CHECK(as_boolean("true") == true);
  CHECK(as_boolean("false") == false);
  for (const std::string_view text : {"", "1", "0", "True", "TRUE", " true", "true ", "yes"})
    CHECK(as_boolean(text) == std::nullopt);
  CHECK(as_text("") == "");
  CHECK(as_text("5") == "5");

  const json_value number{std::int64_t{-5}}, other_number{json_value::kind_type::other}, yes{true},
      text{"5"sv}, word{"true"sv}, list{json_value::kind_type::list};
  CHECK(as_integer(number) == -5);
  CHECK(as_boolean(yes) == true);
  CHECK(as_text(text) == "5");
  for (const auto& other : {other_number, yes, text, list})
    CHECK(as_integer(other) == std::nullopt);
  for (const auto& other : {number, word, other_number, list})
    CHECK(as_boolean(other) == std::nullopt);
  for (const auto& other : {number, yes, other_number, list})
    CHECK(as_text(other) == std::nullopt);
}

TEST_CASE("read_query() decodes parameters in order and stops at the first problem") {
  notes all;
  CHECK(verdict_on(http::v1::read_query("a=1&%62=x+y%2B&c&=d&&a=2", std::ref(all))) == "ok");
  CHECK(all.seen == std::vector<std::string>{"a=1", "b=x y+", "c=", "=d", "a=2"});
  notes some;
  CHECK(verdict_on(http::v1::read_query("a&bad&b", std::ref(some))) == "invalid-value");
  CHECK(some.seen == std::vector<std::string>{"a=", "bad="});
}

TEST_CASE("read_body() reads a form or JSON by Content-Type, and an empty body of any type") {
  struct {
    std::string_view body;
    unit::field_list fields;
    std::string_view verdict;
    std::vector<std::string> seen;
  } const cases[] = {
      {"", {}, "ok", {}},
      {"", {{field::content_type, "image/png"}}, "ok", {}},
      {"a=1", {}, "unsupported-media-type", {}},
      {"a=1", {{field::content_type, ""}}, "unsupported-media-type", {}},
      {"a=1", {{field::content_type, "text/plain"}}, "unsupported-media-type", {}},
      {"{}", {{field::content_type, "text/json"}}, "unsupported-media-type", {}},
      {"a=1", {unit::form_type, unit::form_type}, "unsupported-media-type", {}},
      {"a=1&b=x+%2B", {unit::form_type}, "ok", {"a=1", "b=x +"}},
      {"&", {unit::form_type}, "ok", {}},
      {"a&bad&b", {unit::form_type}, "invalid-value", {"a=", "bad="}},
      {"a=%", {unit::form_type}, "bad-request", {}},
      {"a=%c3&b=%a9", {unit::form_type}, "bad-request", {}},
      {"a=1&\xff=%41", {unit::form_type}, "bad-request", {}},
      {"a=1&b=\xff", {unit::form_type}, "bad-request", {}},
      {"a=\xc3\xa9", {unit::form_type}, "ok", {"a=\xc3\xa9"}},
      {R"({"a":"1","b":"x+%2B"})", {unit::json_type}, "ok", {"a=1", "b=x+%2B"}},
      {R"({"a":1,"bad":2,"c":3})", {unit::json_type}, "invalid-value", {"a=?", "bad=?"}},
      {R"({"a":1,"a":1})", {unit::json_type}, "duplicate-parameter", {"a=?"}},
      {R"({"bad":1,"a":1}x)", {unit::json_type}, "malformed-json", {"bad=?"}},
      {"a=1", {unit::json_type}, "malformed-json", {}},
      {" ", {unit::json_type}, "malformed-json", {}},
  };
  for (const auto& [body, fields, verdict, seen] : cases) {
    CAPTURE(body);
    notes all;
    CHECK(verdict_on(http::v1::read_body(with_body(std::string{body}, fields), std::ref(all))) ==
          verdict);
    CHECK(all.seen == seen);
  }
}

TEST_CASE("read_body() reports problems without an index") {
  const auto found =
      http::v1::read_body(with_body(R"({"a":[{"b":1,"b":1}]})", {unit::json_type}), notes{});
  REQUIRE(verdict_on(found) == "duplicate-parameter");
  CHECK(found->index == std::nullopt);
}

TEST_CASE("parameter_reader takes each known parameter once") {
  http::v1::parameter_reader<numbers> reader{rules};
  CHECK_FALSE(reader.has("first"));
  CHECK(verdict_on(reader.accept("second", "2")) == "ok");
  CHECK(verdict_on(reader.sink()("first", "1")) == "ok");
  CHECK(reader.target.first == 1);
  CHECK(reader.target.second == 2);
  CHECK(reader.has("first"));
  CHECK(reader.has("second"));
  CHECK_FALSE(reader.has("third"));

  CHECK(verdict_on(reader.accept("first", "1")) == "duplicate-parameter");
  CHECK(verdict_on(reader.accept("third", "1")) == "invalid-parameter");
  CHECK(verdict_on(reader.accept("", "1")) == "invalid-parameter");
  CHECK(verdict_on(reader.accept("First", "1")) == "invalid-parameter");
}

TEST_CASE("parameter_reader reports the rule of a refused value, and counts it as given") {
  http::v1::parameter_reader<numbers> reader{rules};
  const auto found = reader.accept("first", "x");
  REQUIRE(verdict_on(found) == "invalid-value");
  CHECK(found->detail == "first is an integer");
  CHECK(verdict_on(reader.accept("first", "1")) == "duplicate-parameter");
}

TEST_CASE("parameter_reader without parameters refuses every one") {
  http::v1::parameter_reader<int> reader{{}};
  CHECK(verdict_on(http::v1::read_query("", reader.sink())) == "ok");
  CHECK(verdict_on(http::v1::read_query("&", reader.sink())) == "ok");
  CHECK(verdict_on(http::v1::read_query("a", reader.sink())) == "invalid-parameter");
}
