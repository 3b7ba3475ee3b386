#include "http/api/v1/operation_reader.hpp"
#include "tests/cases/bad_parameters.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>
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
  if (auto problem = http::v1::read_members(text, reader.sink()))
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

TEST_CASE("operation_reader turns if_version into a condition, and 0 into absence") {
  for (const auto operation : {operation::add, operation::set, operation::remove, operation::get}) {
    operation_reader present{operation}, absent{operation};
    CHECK_FALSE(present.condition().has_value());
    REQUIRE(verdict_on(present.accept("if_version", std::string_view{"7"})) == "ok");
    REQUIRE(verdict_on(absent.accept("if_version", std::string_view{"0"})) == "ok");
    REQUIRE(present.condition().has_value());
    CHECK(present.condition()->if_match == counter::version_set{false, {7}});
    CHECK_FALSE(present.condition()->if_none_match.has_value());
    REQUIRE(absent.condition().has_value());
    CHECK(absent.condition()->if_none_match == counter::version_set{true, {}});
    CHECK_FALSE(absent.condition()->if_match.has_value());
  }
}

TEST_CASE("operation_reader refuses invalid parameters, from a query and from JSON") {
  for (const auto& [operation, pairs, code] : cases::bad_pairs()) {
    CAPTURE(pairs);
    CHECK(verdict_on(from_query(operation, pairs)) == code);
  }
  for (const auto& [operation, members, code] : cases::bad_members()) {
    CAPTURE(members);
    CHECK(verdict_on(from_json(operation, "{" + members + "}")) == code);
  }
}

TEST_CASE("operation_reader refuses a parameter given in both query and body") {
  const auto both = [](std::string_view query, std::string_view json) {
    operation_reader reader{operation::add};
    if (auto problem = http::v1::read_query(query, reader.sink()))
      return verdict_on(problem);
    if (auto problem = http::v1::read_members(json, reader.sink()))
      return verdict_on(problem);
    return verdict_on(reader.finish());
  };
  CHECK(both("delta=1", R"({"initial":1})") == "ok");
  CHECK(both("delta=1", R"({"delta":1})") == "duplicate-parameter");
  CHECK(both("min=1", R"({"max":0})") == "invalid-parameter");
  CHECK(both("ttl_mode=refresh", R"({"ttl":5})") == "ok");
}
