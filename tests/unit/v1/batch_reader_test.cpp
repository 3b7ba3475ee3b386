#include "http/api/v1/batch_reader.hpp"
#include "counter/limits.hpp"
#include "tests/cases/bad_operations.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using counter::full_command;
using counter::operation;
using unit::field;
using unit::verdict_on;

namespace {

using reading = http::v1::result<std::vector<full_command>>;

reading read(std::string body, unit::field_list fields = {unit::json_type},
             const std::string& key = "") {
  http::request request;
  request.method = http::method::post;
  request.fields = unit::fields_of(fields);
  request.body = std::move(body);
  return http::v1::read_batch(request, key);
}

/// Returns a batch of `count` operations that ends with `last`.
std::string batch_of(std::size_t count, std::string_view last = R"({"op":"get","name":"z"})") {
  std::string body = R"({"ops":[)";
  for (std::size_t i = 1; i < count; ++i)
    body += R"({"op":"get","name":"x"},)";
  return body + (count > 0 ? std::string{last} : "") + "]}";
}

/// Returns a batch with `operation` between two valid ones.
reading read_between(std::string_view operation) {
  return read(R"({"ops":[{"op":"get","name":"a"},)" + std::string{operation} +
              R"(,{"op":"get","name":"b"}]})");
}

}  // namespace

TEST_CASE("read_batch() returns commands in order, each with its position and the key") {
  const auto parsed = read(
      R"({"ops":[{"op":"add","name":"a","delta":2},{"name":"b","delta":-1,"min":0,"op":"add"},)"
      R"({"op":"get","name":"z"},{"op":"set","name":"c","value":0},{"op":"delete","name":"d"}]})",
      {unit::json_type}, "key");
  REQUIRE(verdict_on(parsed) == "ok");
  const auto& commands = *parsed;
  REQUIRE(commands.size() == 5);
  const counter::parameters expected[] = {
      {operation::add, 2}, {.operation = operation::add, .operand = -1, .min = 0},
      {operation::get},    {operation::set, 0},
      {operation::remove},
  };
  std::string names;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    CAPTURE(i);
    names += commands[i].name;
    CHECK(commands[i].parameters == expected[i]);
    CHECK(commands[i].condition == counter::condition{});
    CHECK(commands[i].idempotency_key == "key");
    CHECK(commands[i].position == i);
  }
  CHECK(names == "abzcd");
}

TEST_CASE("read_batch() takes 1 to 1000 operations and refuses any other number") {
  CHECK(verdict_on(read(batch_of(0))) == "invalid-value");
  CHECK(verdict_on(read(batch_of(1))) == "ok");
  const auto most = read(batch_of(1000));
  REQUIRE(verdict_on(most) == "ok");
  CHECK(most->size() == counter::limits::batch_max);
  CHECK(most->back().position == 999);
  const auto more = read(batch_of(1001));
  REQUIRE(verdict_on(more) == "invalid-value");
  CHECK(more.error().index == std::nullopt);
}

TEST_CASE("read_batch() reports a problem with the batch itself without an index") {
  for (const auto& [body, code] : cases::bad_batches()) {
    CAPTURE(body);
    const auto parsed = read(body);
    REQUIRE(verdict_on(parsed) == code);
    CHECK(parsed.error().index == std::nullopt);
  }
}

TEST_CASE("read_batch() refuses a body that is not application/json") {
  const auto body = batch_of(1);
  CHECK(verdict_on(read(body, {{field::content_type, "Application/Json;charset=utf-8"}})) == "ok");
  CHECK(verdict_on(read(body, {})) == "unsupported-media-type");
  CHECK(verdict_on(read(body, {unit::form_type})) == "unsupported-media-type");
  CHECK(verdict_on(read("ops=x", {unit::form_type})) == "unsupported-media-type");
  CHECK(verdict_on(read(body, {{field::content_type, "text/plain"}})) == "unsupported-media-type");
}

TEST_CASE("read_batch() reports an invalid operation with its index") {
  for (const auto& [operation, code] : cases::bad_operations()) {
    CAPTURE(operation);
    const auto parsed = read_between(operation);
    REQUIRE(verdict_on(parsed) == code);
    CHECK(parsed.error().index == 1);
  }
}

TEST_CASE("read_batch() reports the first of several invalid operations, even the last one") {
  const auto first = read(R"({"ops":[{"op":"x"},{"op":"y"}]})");
  REQUIRE(verdict_on(first) == "invalid-value");
  CHECK(first.error().index == 0);
  const auto last = read(batch_of(1000, "{}"));
  REQUIRE(verdict_on(last) == "invalid-parameter");
  CHECK(last.error().index == 999);
}

TEST_CASE("read_batch() takes names of 256 bytes, and decodes no percent-encoding") {
  const auto operation = [](const std::string& name) {
    return R"({"op":"get","name":")" + name + "\"}";
  };
  CHECK(verdict_on(read_between(operation(std::string(256, 'x')))) == "ok");
  const auto parsed = read_between(operation("a/b+c%20\\u00e9"));
  REQUIRE(verdict_on(parsed) == "ok");
  CHECK((*parsed)[1].name == "a/b+c%20\xc3\xa9");
}

TEST_CASE("read_batch() turns if_version into a condition, and 0 into absence") {
  const auto condition_of = [](std::string_view version) {
    const auto parsed =
        read_between(R"({"op":"add","name":"x","if_version":)" + std::string{version} + "}");
    REQUIRE(verdict_on(parsed) == "ok");
    return (*parsed)[1].condition;
  };
  using counter::outcome;
  const auto must_not_exist = condition_of("0");
  CHECK(must_not_exist.check(std::nullopt, false) == outcome::ok);
  CHECK(must_not_exist.check(1, false) == outcome::precondition_failed);
  const auto largest = condition_of("9223372036854775807");
  CHECK(largest.check(std::nullopt, false) == outcome::precondition_failed);
  CHECK(largest.check(INT64_MAX, false) == outcome::ok);
  CHECK(largest.check(1, false) == outcome::precondition_failed);
}
