#include "counterctl/client/operation_request.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace counterctl;
using kind = operation_kind;

TEST_CASE("to_request() writes an operation as a request of the API") {
  const auto read = to_request({.name = "a/b c"});
  CHECK(read.method == "GET");
  CHECK(read.target == "/v1/counters/a%2Fb%20c");
  CHECK(read.body.empty());
  CHECK_FALSE(read.is_write);

  const auto added = to_request({.kind = kind::add,
                                 .name = "x",
                                 .operand = -5,
                                 .min = 0,
                                 .ttl_seconds = 60,
                                 .ttl_mode = "refresh",
                                 .clamps = true,
                                 .creates = false});
  CHECK(added.method == "POST");
  CHECK(added.is_write);
  CHECK(added.body ==
        R"({"delta":-5,"min":0,"ttl":60,"ttl_mode":"refresh","on_limit":"clamp","create":false})");

  const auto set =
      to_request({.kind = kind::set, .name = "x", .operand = INT64_MIN, .if_version = 0});
  CHECK(set.method == "PUT");
  CHECK(set.body == R"({"value":-9223372036854775808,"if_version":0})");

  const auto removed = to_request({.kind = kind::remove, .name = "x", .if_version = 7});
  CHECK(removed.method == "DELETE");
  CHECK(removed.target == "/v1/counters/x?if_version=7");
}

TEST_CASE("a name that is a step in a path is encoded") {
  CHECK(to_request({.name = "."}).target == "/v1/counters/%2E");
  CHECK(to_request({.name = ".."}).target == "/v1/counters/%2E%2E");
  CHECK(to_request({.name = "..."}).target == "/v1/counters/...");
}

TEST_CASE("to_batch() writes operations in their order, and says whether they change anything") {
  const auto reads = to_batch(std::vector<operation>{{.name = "a"}, {.name = "b"}});
  CHECK(reads.body == R"({"ops":[{"op":"get","name":"a"},{"op":"get","name":"b"}]})");
  CHECK_FALSE(reads.is_write);
  const auto mixed =
      to_batch(std::vector<operation>{{.name = "a"}, {.kind = kind::remove, .name = "\""}});
  CHECK(mixed.body == R"({"ops":[{"op":"get","name":"a"},{"op":"delete","name":"\""}]})");
  CHECK(mixed.is_write);
}
