#include "http/api/v1/operation_reader.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

using counter::operation;
using counter::parameters;
using http::v1::operation_reader;
using unit::verdict_on;
using namespace std::chrono_literals;

namespace {

using reading = http::v1::result<parameters>;

reading from_query(operation operation, std::string_view query) {
  operation_reader reader{operation};
  if (auto problem = http::v1::read_query(query, reader.sink()))
    return std::move(*problem);
  return reader.finish();
}

reading from_json(operation operation, std::string_view text) {
  operation_reader reader{operation};
  const auto object = http::v1::parse_object(text);
  REQUIRE(verdict_on(object) == "ok");
  if (auto problem = http::v1::read_object(*object, reader.sink()))
    return std::move(*problem);
  return reader.finish();
}

void check_read(const reading& read, const parameters& expected) {
  REQUIRE(verdict_on(read) == "ok");
  CHECK(*read == expected);
}

}  // namespace

TEST_CASE("operation_reader returns the documented defaults without parameters") {
  check_read(from_query(operation::get, ""), {.operation = operation::get});
  check_read(from_query(operation::remove, ""), {.operation = operation::remove});
  check_read(from_query(operation::add, ""),
             {.operation = operation::add, .operand = 1, .initial = 0, .create = true});
  CHECK(verdict_on(from_query(operation::set, "")) == "invalid-parameter");
}

TEST_CASE("operation_reader reads every parameter from a query and from JSON alike") {
  struct {
    counter::operation operation;
    std::string_view query, json;
    parameters expected;
  } const cases[] = {
      {operation::set, "value=0", R"({"value":0})", {operation::set, 0}},
      {operation::set,
       "ttl=1&value=-7",
       R"({"ttl":1,"value":-7})",
       {.operation = operation::set, .operand = -7, .ttl = 1s}},
      {operation::add, "delta=0", R"({"delta":0})", {operation::add, 0}},
      {operation::add,
       "delta=-9223372036854775808",
       R"({"delta":-9223372036854775808})",
       {operation::add, INT64_MIN}},
      {operation::add,
       "delta=%2B9223372036854775807",
       R"({"delta":9223372036854775807})",
       {operation::add, INT64_MAX}},
      {operation::add,
       "initial=-3&create=true",
       R"({"initial":-3,"create":true})",
       {operation::add, 1, -3}},
      {operation::add, "create=false", R"({"create":false})", {operation::add, 1, 0, false}},
      {operation::add,
       "min=5&max=5",
       R"({"min":5,"max":5})",
       {.operation = operation::add, .operand = 1, .min = 5, .max = 5}},
      {operation::add,
       "max=-1&on_limit=clamp",
       R"({"max":-1,"on_limit":"clamp"})",
       {.operation = operation::add,
        .operand = 1,
        .max = -1,
        .on_limit = counter::on_limit::clamp}},
      {operation::add, "on_limit=reject", R"({"on_limit":"reject"})", {operation::add, 1}},
      {operation::add,
       "ttl=315360000",
       R"({"ttl":315360000})",
       {.operation = operation::add, .operand = 1, .ttl = 315'360'000s}},
      {operation::add, "ttl_mode=if_absent", R"({"ttl_mode":"if_absent"})", {operation::add, 1}},
      {operation::add,
       "ttl_mode=refresh&ttl=2",
       R"({"ttl_mode":"refresh","ttl":2})",
       {.operation = operation::add,
        .operand = 1,
        .ttl = 2s,
        .ttl_mode = counter::ttl_mode::refresh}},
      {operation::add,
       "ttl_mode=persist",
       R"({"ttl_mode":"persist"})",
       {.operation = operation::add, .operand = 1, .ttl_mode = counter::ttl_mode::persist}},
  };
  for (const auto& [operation, query, json, expected] : cases) {
    CAPTURE(query);
    check_read(from_query(operation, query), expected);
    check_read(from_json(operation, json), expected);
  }
}

TEST_CASE("operation_reader takes 64-bit integers and refuses other values") {
  const std::string_view texts[] = {
      "",
      "x",
      "1.0",
      "1e3",
      "0x1",
      "1_000",
      "%201",
      "1%20",
      "+5",
      "-",
      "--1",
      "%2B",
      "%2B-1",
      "%00",
      "9223372036854775808",
      "-9223372036854775809",
      "true",
      "null",
      "99999999999999999999999999999999999999999",
  };
  const std::string_view jsons[] = {
      "null",
      "true",
      "\"1\"",
      "\"\"",
      "[]",
      "[1]",
      "{}",
      "1.0",
      "1.5",
      "1e3",
      "1E0",
      "-1e0",
      "0.0",
      "9223372036854775808",
      "-9223372036854775809",
      "18446744073709551616",
      "99999999999999999999999999999999999999999",
  };
  for (const std::string name : {"delta", "initial", "min", "max", "ttl", "value"}) {
    const auto operation = name == "value" ? operation::set : operation::add;
    for (const auto text : texts) {
      const auto query = name + "=" + std::string{text};
      CAPTURE(query);
      CHECK(verdict_on(from_query(operation, query)) == "invalid-value");
    }
    for (const auto json : jsons) {
      const auto text = "{\"" + name + "\":" + std::string{json} + "}";
      CAPTURE(text);
      CHECK(verdict_on(from_json(operation, text)) == "invalid-value");
    }
  }
}

TEST_CASE("operation_reader takes known words only, and a ttl within its bounds") {
  const std::string_view queries[] = {
      "create=",
      "create=1",
      "create=True",
      "create=yes",
      "on_limit=",
      "on_limit=Clamp",
      "on_limit=clam",
      "on_limit=reject%20",
      "ttl_mode=",
      "ttl_mode=REFRESH",
      "ttl_mode=never",
      "ttl_mode=if-absent",
      "ttl=0",
      "ttl=-1",
      "ttl=315360001",
      "ttl=9223372036854775807",
      "ttl=-9223372036854775808",
  };
  for (const auto query : queries) {
    CAPTURE(query);
    CHECK(verdict_on(from_query(operation::add, query)) == "invalid-value");
  }
  const std::string_view jsons[] = {
      R"({"create":"true"})",
      R"({"create":1})",
      R"({"create":null})",
      R"({"on_limit":null})",
      R"({"on_limit":0})",
      R"({"ttl_mode":true})",
      R"({"ttl_mode":["refresh"]})",
      R"({"ttl":0})",
      R"({"ttl":"5"})",
      R"({"ttl":315360001})",
      R"({"on_limit":"clamp\u0000"})",
  };
  for (const auto json : jsons) {
    CAPTURE(json);
    CHECK(verdict_on(from_json(operation::add, json)) == "invalid-value");
  }
  CHECK(verdict_on(from_query(operation::set, "value=1&ttl=0")) == "invalid-value");
}

TEST_CASE("operation_reader refuses a parameter of another operation") {
  struct {
    counter::operation operation;
    std::string_view query;
  } const cases[] = {
      {operation::get, "value=1"},
      {operation::get, "delta=1"},
      {operation::get, "ttl=1"},
      {operation::remove, "value=1"},
      {operation::remove, "create=true"},
      {operation::set, "value=1&delta=1"},
      {operation::set, "value=1&ttl_mode=refresh"},
      {operation::set, "value=1&initial=1"},
      {operation::set, "value=1&create=true"},
      {operation::set, "value=1&min=1"},
      {operation::set, "value=1&on_limit=clamp"},
      {operation::add, "value=1"},
      {operation::add, "Delta=1"},
      {operation::add, "delta%20=1"},
      {operation::add, "name=x"},
      {operation::add, "op=add"},
      {operation::add, "if_version=1"},
      {operation::add, "val=1"},
      {operation::add, "=1"},
      {operation::add, "delta=1&x"},
  };
  for (const auto& [operation, query] : cases) {
    CAPTURE(query);
    CHECK(verdict_on(from_query(operation, query)) == "invalid-parameter");
  }
}

TEST_CASE("operation_reader refuses contradictory parameters") {
  const std::string_view queries[] = {
      "min=1&max=0",
      "max=-9223372036854775808&min=9223372036854775807",
      "ttl_mode=refresh",
      "ttl_mode=persist&ttl=1",
      "ttl=1&ttl_mode=persist",
  };
  for (const auto query : queries) {
    CAPTURE(query);
    CHECK(verdict_on(from_query(operation::add, query)) == "invalid-parameter");
  }
  CHECK(verdict_on(from_query(operation::set, "ttl=1")) == "invalid-parameter");
}

TEST_CASE("operation_reader refuses a parameter given in both query and body") {
  const auto both = [](std::string_view query, std::string_view json) {
    operation_reader reader{operation::add};
    if (auto problem = http::v1::read_query(query, reader.sink()))
      return verdict_on(problem);
    const auto object = http::v1::parse_object(json);
    if (auto problem = http::v1::read_object(*object, reader.sink()))
      return verdict_on(problem);
    return verdict_on(reader.finish());
  };
  CHECK(both("delta=1", R"({"initial":1})") == "ok");
  CHECK(both("delta=1", R"({"delta":1})") == "duplicate-parameter");
  CHECK(both("min=1", R"({"max":0})") == "invalid-parameter");
  CHECK(both("ttl_mode=refresh", R"({"ttl":5})") == "ok");
  for (const std::string name : {"delta=1", "initial=1", "create=true", "min=1", "max=1",
                                 "on_limit=clamp", "ttl=1", "ttl_mode=if_absent"}) {
    CAPTURE(name);
    CHECK(verdict_on(from_query(operation::add, name + "&" + name)) == "duplicate-parameter");
  }
  CHECK(verdict_on(from_query(operation::set, "value=1&value=1")) == "duplicate-parameter");
}
