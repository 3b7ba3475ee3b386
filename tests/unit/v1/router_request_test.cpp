// Parameters, conditions and keys of requests with a known path and method.

#include "counter/limits.hpp"
#include "http/api/router.hpp"
#include "tests/unit/v1/router_support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>

using counter::operation;
using http::method;
using unit::field;
using unit::form_type;
using unit::json_type;
using unit::route;

TEST_CASE("a request takes parameters from the query, a form or JSON, and from two of them") {
  struct {
    std::string_view target;
    unit::field_list fields;
    std::string_view body;
  } const cases[] = {
      {"/v1/counters/x?delta=5&min=-1", {}, ""},
      {"/v1/counters/x", {form_type}, "delta=5&min=-1"},
      {"/v1/counters/x", {form_type}, "m%69n=%2D1&delta=%2B5"},
      {"/v1/counters/x", {json_type}, R"({"delta":5,"min":-1})"},
      {"/v1/counters/x?delta=5", {form_type}, "min=-1"},
      {"/v1/counters/x?min=-1", {json_type}, R"({"delta":5})"},
      {"/v1/counters/x?min=-1&delta=5", {json_type}, "{}"},
  };
  for (const auto& [target, fields, body] : cases) {
    CAPTURE(target);
    CAPTURE(body);
    const auto routed = route(method::post, target, fields, body);
    REQUIRE(routed.requests.size() == 1);
    CHECK(routed.command().parameters ==
          counter::parameters{.operation = operation::add, .operand = 5, .min = -1});
  }
}

TEST_CASE("invalid parameters are refused before a request to the store") {
  struct {
    http::method method;
    std::string_view target;
    unit::field_list fields;
    std::string_view body, code;
  } const cases[] = {
      {method::get, "/v1/counters/x?x=1", {}, "", "invalid-parameter"},
      {method::get, "/v1/counters/x?=", {}, "", "invalid-parameter"},
      {method::head, "/v1/counters/x?delta=1", {}, "", "invalid-parameter"},
      {method::delete_, "/v1/counters/x?value=1", {}, "", "invalid-parameter"},
      {method::delete_, "/v1/counters/x", {json_type}, R"({"value":1})", "invalid-parameter"},
      {method::put, "/v1/counters/x", {}, "", "invalid-parameter"},
      {method::put, "/v1/counters/x?ttl=5", {}, "", "invalid-parameter"},
      {method::put, "/v1/counters/x?value=", {}, "", "invalid-value"},
      {method::put, "/v1/counters/x?value=+5", {}, "", "invalid-value"},
      {method::put, "/v1/counters/x?value=1", {json_type}, R"({"value":1})", "duplicate-parameter"},
      {method::post, "/v1/counters/x?delta=1&delta=1", {}, "", "duplicate-parameter"},
      {method::post, "/v1/counters/x?delta=1", {form_type}, "delta=1", "duplicate-parameter"},
      {method::post, "/v1/counters/x?delta=9223372036854775808", {}, "", "invalid-value"},
      {method::post, "/v1/counters/x?min=2&max=1", {}, "", "invalid-parameter"},
      {method::post, "/v1/counters/x?min=2", {form_type}, "max=1", "invalid-parameter"},
      {method::post, "/v1/counters/x?unknown=1", {}, "", "invalid-parameter"},
      {method::post, "/v1/counters/x", {form_type}, "x", "invalid-parameter"},
      {method::post, "/v1/counters/x", {form_type}, "delta=%", "bad-request"},
      {method::post, "/v1/counters/x", {json_type}, "{", "malformed-json"},
      {method::post, "/v1/counters/x", {json_type}, "[]", "malformed-json"},
      {method::post, "/v1/counters/x", {json_type}, R"({"delta":1.0})", "invalid-value"},
      {method::post,
       "/v1/counters/x",
       {json_type},
       R"({"delta":1,"delta":1})",
       "duplicate-parameter"},
      {method::get, "/v1/counters?limit=0", {}, "", "invalid-value"},
      {method::get, "/v1/counters?x", {}, "", "invalid-parameter"},
      {method::get, "/v1/counters?cursor=x", {}, "", "invalid-parameter"},
      {method::post,
       "/v1/batch?x=1",
       {json_type},
       R"({"ops":[{"op":"get","name":"x"}]})",
       "invalid-parameter"},
      {method::post, "/v1/batch?ops=1", {}, "", "invalid-parameter"},
      {method::get, "/v1/info?x", {}, "", "invalid-parameter"},
      {method::get, "/openapi.json?x=1", {}, "", "invalid-parameter"},
  };
  for (const auto& [method, target, fields, body, code] : cases) {
    CAPTURE(target);
    CAPTURE(body);
    const auto routed = route(method, target, fields, body);
    CHECK(routed.status() == 400);
    CHECK(routed.code() == code);
    CHECK(unit::member(routed.response ? routed.response->body.view() : std::string_view{},
                       "index") == "");
  }
}

TEST_CASE("a body of an unsupported type is 415, an empty one needs no type") {
  struct {
    unit::field_list fields;
    std::string_view body;
    int status;
  } const cases[] = {
      {{}, "", 0},
      {{{field::content_type, "image/png"}}, "", 0},
      {{{field::content_type, "Application/JSON; charset=utf-8"}}, "{}", 0},
      {{}, "{}", 415},
      {{}, " ", 415},
      {{{field::content_type, ""}}, "x", 415},
      {{{field::content_type, "text/plain"}}, "delta=1", 415},
      {{{field::content_type, "multipart/form-data; boundary=x"}}, "delta=1", 415},
      {{json_type, json_type}, "{}", 415},
  };
  for (const auto& [fields, body, status] : cases) {
    CAPTURE(body);
    for (const auto method : {method::post, method::delete_}) {
      const auto routed = route(method, "/v1/counters/x", fields, body);
      CHECK(routed.status() == status);
      if (status == 415)
        CHECK(routed.code() == "unsupported-media-type");
    }
    CHECK(route(method::put, "/v1/counters/x?value=1", fields, body).status() == status);
    // GET ignores its body.
    CHECK(route(method::get, "/v1/counters/x", fields, body).code() == "asks");
    CHECK(route(method::get, "/v1/counters", fields, body).code() == "asks");
    CHECK(route(method::get, "/v1/info", fields, body).status() == 200);
  }
  const std::string_view batch = R"({"ops":[{"op":"get","name":"x"}]})";
  CHECK(route(method::post, "/v1/batch", {}, batch).status() == 415);
  CHECK(route(method::post, "/v1/batch", {form_type}, batch).status() == 415);
  CHECK(route(method::post, "/v1/batch", {json_type}, batch).code() == "asks");
}

TEST_CASE("a command has the conditions and the Idempotency-Key of its request") {
  const auto routed = route(method::post, "/v1/counters/x",
                            {{field::if_match, R"("1", "2")"},
                             {field::if_none_match, "*"},
                             {field::idempotency_key, R"("k")"}});
  REQUIRE(routed.requests.size() == 1);
  CHECK(routed.command().condition ==
        counter::condition{counter::version_set{false, {1, 2}}, counter::version_set{true, {}}});
  CHECK(routed.command().idempotency_key == "k");
}

TEST_CASE("a malformed condition or Idempotency-Key is refused before a request to the store") {
  for (const auto method : {method::get, method::post, method::put, method::delete_}) {
    const auto* target = method == method::put ? "/v1/counters/x?value=1" : "/v1/counters/x";
    for (const auto name : {field::if_match, field::if_none_match}) {
      const auto routed = route(method, target, {{name, "1019"}});
      CHECK(routed.status() == 400);
      CHECK(routed.code() == "invalid-value");
    }
    // GET ignores the Idempotency-Key.
    const bool is_read = method == method::get;
    for (const auto& key : {std::string{}, std::string{"a b"}, std::string(256, 'k')})
      CHECK(route(method, target, {{field::idempotency_key, key}}).code() ==
            (is_read ? "asks" : "invalid-idempotency-key"));
    CHECK(route(method, target, {{field::idempotency_key, "k"}, {field::idempotency_key, "k"}})
              .code() == (is_read ? "asks" : "invalid-idempotency-key"));
    CHECK(route(method, target, {{field::idempotency_key, std::string(255, 'k')}}).code() ==
          "asks");
  }
  CHECK(route(method::post, "/v1/batch", {json_type, {field::idempotency_key, "a b"}},
              R"({"ops":[{"op":"get","name":"x"}]})")
            .code() == "invalid-idempotency-key");
}

TEST_CASE("a list sends one request, a batch one for each operation") {
  const auto list = route(method::get, "/v1/counters?prefix=a%2F&limit=5&cursor=612f62");
  REQUIRE(list.requests.size() == 1);
  CHECK(list.is_long);
  const auto& request = std::get<counter::page_request>(list.requests[0]);
  CHECK(request.prefix == "a/");
  CHECK(request.after == "a/b");
  CHECK(request.limit == 5);
  const auto batch =
      route(method::post, "/v1/batch", {json_type, {field::idempotency_key, "k"}},
            R"({"ops":[{"op":"get","name":"x"},{"op":"set","name":"y","value":3}]})");
  REQUIRE(batch.requests.size() == 2);
  CHECK(batch.is_long);
  const auto& second = std::get<counter::full_command>(batch.requests[1]);
  CHECK(second.name == "y");
  CHECK(second.position == 1);
  CHECK(second.idempotency_key == "k");
}

TEST_CASE("a batch with an invalid operation sends no request to the store") {
  const auto routed = route(method::post, "/v1/batch", {json_type},
                            R"({"ops":[{"op":"add","name":"x"},{"op":"add","name":""}]})");
  CHECK(routed.status() == 400);
  CHECK(routed.code() == "invalid-name");
  CHECK(unit::member(routed.response->body.view(), "index") == "1");
}

TEST_CASE("GET /v1/info and /openapi.json describe the server and its API") {
  const auto info = route(method::get, "/v1/info");
  REQUIRE(info.status() == 200);
  CHECK(info.response->type == http::json_type);
  CHECK(unit::member(info.response->body.view(), "version") == "\"1.2.3\"");
  CHECK(unit::member(info.response->body.view(), "shards") == "3");
  CHECK(unit::member(info.response->body.view(), "threads") == "2");
  const auto limits = unit::member(info.response->body.view(), "limits");
  CHECK(unit::member(limits, "name_bytes") == "256");
  CHECK(unit::member(limits, "batch_operations") == "1000");
  const auto api = route(method::get, "/openapi.json");
  REQUIRE(api.status() == 200);
  CHECK(api.response->type == http::json_type);
  CHECK(unit::member(api.response->body.view(), "openapi").starts_with("\"3.1"));
}
