// Parameters, conditions and keys of requests with a known path and method.

#include "counter/limits.hpp"
#include "http/api/router.hpp"
#include "tests/cases/bad_requests.hpp"
#include "tests/unit/support.hpp"
#include "tests/unit/v1/router_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

using counter::operation;
using http::method;
using namespace std::chrono_literals;
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

TEST_CASE("a bad request is refused before a request to the store") {
  for (const auto& [status, code, text] : cases::bad_requests()) {
    CAPTURE(text.substr(0, 200));
    auto request = unit::parsed(text);
    const auto routed = route(request);
    REQUIRE(routed.response);
    CHECK(routed.status() == status);
    CHECK(routed.code() == code);
    CHECK(routed.response->allow == "");
    CHECK(unit::member(routed.response->body.view(), "index") == "");
    if (request.method == method::get) {
      request.method = method::head;
      CHECK(route(request).status() == status);
    }
  }
}

TEST_CASE("a body of a supported type is read, and an empty one or that of a GET needs no type") {
  const struct {
    unit::field_list fields;
    std::string_view body;
    bool is_read;
  } cases[] = {
      {{}, "", true},
      {{{field::content_type, "image/png"}}, "", true},
      {{{field::content_type, "Application/JSON; charset=utf-8"}}, "{}", true},
      {{}, "{}", false},
  };
  for (const auto& [fields, body, is_read] : cases) {
    CAPTURE(body);
    const std::string write = is_read ? "asks" : "unsupported-media-type";
    CHECK(route(method::post, "/v1/counters/x", fields, body).code() == write);
    CHECK(route(method::delete_, "/v1/counters/x", fields, body).code() == write);
    CHECK(route(method::put, "/v1/counters/x?value=1", fields, body).code() == write);
    CHECK(route(method::get, "/v1/counters/x", fields, body).code() == "asks");
    CHECK(route(method::get, "/v1/counters", fields, body).code() == "asks");
    CHECK(route(method::get, "/v1/info", fields, body).status() == 200);
  }
}

TEST_CASE("a write with a coded or partial body is refused, a read ignores both") {
  struct {
    field name;
    std::string_view value, code;
  } const cases[] = {
      {field::content_encoding, "gzip", "unsupported-media-type"},
      {field::content_encoding, "br", "unsupported-media-type"},
      {field::content_encoding, "identity, gzip", "unsupported-media-type"},
      {field::content_encoding, "identity;q=1", "unsupported-media-type"},
      {field::content_encoding, "", "asks"},
      {field::content_encoding, "identity", "asks"},
      {field::content_encoding, "IDENTITY, identity ,", "asks"},
      {field::content_range, "bytes 0-1/2", "bad-request"},
      {field::content_range, "", "bad-request"},
      {field::purpose, "prefetch", "prefetch"},
      {field::purpose, "Prefetch;prerender", "prefetch"},
      {field::purpose, "other, prefetch", "prefetch"},
      {field::purpose, "preview", "prefetch"},
      {field::purpose, "no-prefetch", "asks"},
      {field::purpose, "other;prefetch", "asks"},
      {field::purpose, "", "asks"},
  };
  for (const auto& [name, value, code] : cases) {
    CAPTURE(value);
    for (const auto method : {method::post, method::put, method::delete_})
      CHECK(route(method, method == method::put ? "/v1/counters/x?value=1" : "/v1/counters/x",
                  {{name, value}})
                .code() == code);
    CHECK(route(method::get, "/v1/counters/x", {{name, value}}).code() == "asks");
    // A list is as costly as a change.
    CHECK(route(method::get, "/v1/counters", {{name, value}}).code() ==
          (name == field::purpose ? code : "asks"));
  }
  const auto refused = route(method::put, "/v1/counters/x", {{field::content_encoding, "gzip"}});
  CHECK(refused.response->fields.view() == "Accept-Encoding: identity\r\n");
}

TEST_CASE("a command has the conditions and the Idempotency-Key of its request") {
  const auto routed = route(method::post, "/v1/counters/x",
                            {{field::if_match, R"("1", "2")"},
                             {field::if_none_match, "*"},
                             {field::idempotency_key, R"("k")"},
                             {field::idempotency_key_ttl, "120"}});
  REQUIRE(routed.requests.size() == 1);
  CHECK(routed.command().condition ==
        counter::condition{counter::version_set{false, {1, 2}}, counter::version_set{true, {}}});
  CHECK(routed.command().idempotency_key == "k");
  CHECK(routed.command().idempotency_ttl == 120s);
}

TEST_CASE("every keyed request takes an Idempotency-Key-TTL up to the server's") {
  const http::v1::server_info minute{"1.2.3", 2, {.idempotency_ttl = 59'500ms}, {.shards = 3}};
  struct {
    enum http::method method;
    std::string_view target, body;
  } const keyed[] = {
      {method::post, "/v1/counters/x", ""},
      {method::put, "/v1/counters/x?value=1", ""},
      {method::delete_, "/v1/counters/x", ""},
      {method::post, "/inc?name=x", ""},
      {method::get, "/inc?name=x", ""},
      {method::post, "/set?name=x&val=1", ""},
      {method::get, "/set?name=x&val=1", ""},
      {method::post, "/v1/batch", R"({"ops":[{"op":"add","name":"x"},{"op":"add","name":"y"}]})"},
  };
  for (const auto& [method, target, body] : keyed) {
    CAPTURE(target);
    const auto ask = [&](std::string_view ttl, bool has_key = true) {
      unit::field_list fields{json_type, {field::idempotency_key_ttl, ttl}};
      if (has_key)
        fields.emplace_back(field::idempotency_key, "k");
      return route(method, target, fields, body, minute);
    };
    // The maximum is rounded up to a second, as /v1/info shows it.
    const auto routed = ask("60");
    REQUIRE_FALSE(routed.requests.empty());
    for (const auto& request : routed.requests)
      CHECK(std::get<counter::full_command>(request).idempotency_ttl == 60s);
    CHECK(ask("61").status() == 400);
    CHECK(ask("0").status() == 400);
    CHECK(ask("60", false).status() == 400);
  }
  for (const auto* target : {"/v1/counters/x", "/get?name=x"}) {
    CAPTURE(target);
    // A read ignores it, as it ignores a key.
    const auto routed = route(method::get, target, {{field::idempotency_key_ttl, "x"}}, "", minute);
    CHECK(routed.code() == "asks");
  }
}

TEST_CASE(
    "a write takes an Idempotency-Key of 255 characters, and a read ignores a malformed one") {
  const std::string longest(counter::limits::idempotency_key_bytes_max, 'k');
  for (const auto method : {method::post, method::delete_})
    CHECK(route(method, "/v1/counters/x", {{field::idempotency_key, longest}}).code() == "asks");
  CHECK(route(method::put, "/v1/counters/x?value=1", {{field::idempotency_key, longest}}).code() ==
        "asks");
  for (const auto& key : {std::string{}, std::string{"a b"}, longest + "k"})
    CHECK(route(method::get, "/v1/counters/x", {{field::idempotency_key, key}}).code() == "asks");
  CHECK(route(method::get, "/v1/counters/x",
              {{field::idempotency_key, "k"}, {field::idempotency_key, "k"}})
            .code() == "asks");
}

TEST_CASE("a list sends one request, a batch one with all operations") {
  const auto list = route(method::get, "/v1/counters?prefix=a%2F&limit=5&cursor=612f62");
  REQUIRE(list.requests.size() == 1);
  CHECK(list.is_long);
  const auto& request = std::get<counter::page_request>(list.requests[0]);
  CHECK(request.prefix == "a/");
  CHECK(request.after == "a/b");
  CHECK(request.limit == 5);
  const auto batch =
      route(method::post, "/v1/batch", {json_type},
            R"({"ops":[{"op":"get","name":"x"},{"op":"set","name":"y","value":3}]})");
  REQUIRE(batch.requests.size() == 1);
  CHECK(batch.is_long);
  const auto& commands = std::get<counter::command_list>(batch.requests[0]);
  REQUIRE(commands.size() == 2);
  const auto& second = commands[1];
  CHECK(second.name == "y");
  CHECK(second.position == 1);
  CHECK(second.idempotency_key == "");
}

TEST_CASE("a batch of writes with a key first binds the key to its fingerprint") {
  const auto batch =
      route(method::post, "/v1/batch", {json_type, {field::idempotency_key, "k"}},
            R"({"ops":[{"op":"get","name":"x"},{"op":"set","name":"y","value":3}]})");
  REQUIRE(batch.requests.size() == 1);
  const auto& binding = std::get<counter::full_command>(batch.requests[0]);
  CHECK(binding.parameters.operation == counter::operation::bind);
  CHECK(binding.name == "k");
  CHECK(binding.idempotency_key == "k");
  CHECK(binding.position == counter::full_command::whole_batch);
  const auto reads = route(method::post, "/v1/batch", {json_type, {field::idempotency_key, "k"}},
                           R"({"ops":[{"op":"get","name":"x"},{"op":"get","name":"y"}]})");
  REQUIRE(reads.requests.size() == 1);
  CHECK(std::holds_alternative<counter::command_list>(reads.requests[0]));
}

TEST_CASE("a safety field is refused where it has no effect") {
  const std::string_view batch = R"({"ops":[{"op":"add","name":"x"}]})";
  for (const auto& [name, value] :
       {std::pair{field::if_match, "\"1\""}, std::pair{field::if_match, "zzz"},
        std::pair{field::if_none_match, "*"}}) {
    CHECK(route(method::post, "/v1/batch", {json_type, {name, value}}, batch).code() ==
          "invalid-parameter");
    CHECK(route(method::post, "/v1/admin/backup?name=a", {{name, value}}).code() ==
          "invalid-parameter");
  }
  CHECK(route(method::post, "/v1/admin/backup?name=a", {{field::idempotency_key, "k"}}).code() ==
        "invalid-parameter");
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
