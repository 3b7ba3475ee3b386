#include "http/api/router.hpp"
#include "tests/unit/v1/router_support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using counter::operation;
using http::method;
using unit::field;
using unit::route;

TEST_CASE("each method on /v1/counters/{name} becomes its operation") {
  struct {
    http::method method;
    std::string_view target;
    counter::parameters parameters;
  } const cases[] = {
      {method::get, "/v1/counters/x", {operation::get}},
      {method::head, "/v1/counters/x", {operation::get}},
      {method::post, "/v1/counters/x", {operation::add, 1}},
      {method::post, "/v1/counters/x?delta=-5&create=false", {operation::add, -5, 0, false}},
      {method::put, "/v1/counters/x?value=7", {operation::set, 7}},
      {method::delete_, "/v1/counters/x", {operation::remove}},
      {method::get, "http://elsewhere:80/v1/counters/x", {operation::get}},
      {method::post, "https://h/v1/counters/x?delta=2", {operation::add, 2}},
      {method::get, "/v1/counters/x?", {operation::get}},
      {method::get, "/%761/%63ounters/x", {operation::get}},
      {method::get, "/v%31/counter%73/%78", {operation::get}},
  };
  for (const auto& [method, target, parameters] : cases) {
    CAPTURE(target);
    const auto routed = route(method, target);
    REQUIRE(routed.requests.size() == 1);
    CHECK(routed.command().name == "x");
    CHECK(routed.command().parameters == parameters);
    CHECK(routed.command().condition == counter::condition{});
    CHECK(routed.command().idempotency_key == "");
    CHECK(routed.command().position == counter::full_command::single);
    CHECK_FALSE(routed.is_long);
  }
}

TEST_CASE("/v1/counters/{name} splits off the name before decoding it") {
  struct {
    std::string target, name;
  } const cases[] = {
      {"/v1/counters/a%2Fb", "a/b"},
      {"/v1/counters/%2F", "/"},
      {"/v1/counters/%2e%2e", ".."},
      {"/v1/counters/..", ".."},
      {"/v1/counters/.", "."},
      {"/v1/counters/a+b", "a+b"},
      {"/v1/counters/a%2Bb%20c", "a+b c"},
      {"/v1/counters/%C3%A9", "\xc3\xa9"},
      {"/v1/counters/%f0%9f%98%80", "\xf0\x9f\x98\x80"},
      {"/v1/counters/%25%34%31", "%41"},
      {"/v1/counters/a;b=c,d:e@f", "a;b=c,d:e@f"},
      {"/v1/counters/counters", "counters"},
      {"/v1/counters/*", "*"},
      {"/v1/counters/%3F", "?"},
      {"/v1/counters/" + std::string(256, 'x'), std::string(256, 'x')},
  };
  for (const auto& [target, name] : cases) {
    CAPTURE(target);
    const auto routed = route(method::get, target);
    REQUIRE(routed.requests.size() == 1);
    CHECK(routed.command().name == name);
  }
}

TEST_CASE("paths outside /v1 have errors in text") {
  for (const std::string_view target :
       {"/V1/counters/x", "/v1x/counters/x", "//v1/counters/x", "/v2/counters/x",
        "/v1%2Fcounters/x", "/openapi.json/", "/counters/x", "/OpenAPI.json"}) {
    CAPTURE(target);
    const auto routed = route(method::get, target);
    CHECK(routed.status() == 404);
    CHECK(routed.response->type == http::text_type);
  }
  CHECK(route(method::get, "/%/v1/counters/x").response->type == http::text_type);
  CHECK(route(method::get, "v1/counters/x").response->type == http::text_type);
}

TEST_CASE("every path lists its methods in Allow") {
  struct {
    std::string_view target, allow;
    unsigned methods;
  } const cases[] = {
      {"/v1/counters/x", "GET, HEAD, POST, PUT, DELETE, OPTIONS",
       method::get | method::head | method::post | method::put | method::delete_},
      {"/v1/counters", "GET, HEAD, DELETE, OPTIONS", method::get | method::head | method::delete_},
      {"/v1/top", "GET, HEAD, OPTIONS", method::get | method::head},
      {"/v1/prefixes", "GET, HEAD, OPTIONS", method::get | method::head},
      {"/v1/batch", "POST, OPTIONS", static_cast<unsigned>(method::post)},
      {"/v1/admin/backup", "POST, OPTIONS", static_cast<unsigned>(method::post)},
      {"/v1/info", "GET, HEAD, OPTIONS", method::get | method::head},
      {"/openapi.json", "GET, HEAD, OPTIONS", method::get | method::head},
      {"/%76%31/counter%73/%78", "GET, HEAD, POST, PUT, DELETE, OPTIONS",
       method::get | method::head | method::post | method::put | method::delete_},
      {"/openapi%2Ejson", "GET, HEAD, OPTIONS", method::get | method::head},
  };
  for (const auto& [target, allow, methods] : cases) {
    CAPTURE(target);
    for (const auto method :
         {method::get, method::head, method::post, method::put, method::delete_, method::other}) {
      CAPTURE(static_cast<int>(method));
      const auto routed = route(method, target);
      CHECK((routed.status() == 405) == !http::contains(methods, method));
      if (routed.status() != 405)
        continue;
      CHECK(routed.code() == "method-not-allowed");
      CHECK(routed.response->allow == allow);
    }
    const auto options = route(method::options, target);
    CHECK(options.status() == 204);
    CHECK(options.response->allow == allow);
    CHECK(options.response->body.view() == "");
  }
  // Its parameters and its name are not checked.
  CHECK(route(method::options, "/v1/counters/?x=y").status() == 204);
  CHECK(route(method::other, "/v1/counters/x?x=y").status() == 405);
}
