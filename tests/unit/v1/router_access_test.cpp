#include "tests/unit/v1/router_support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using http::method;
using rights::scope;
using rights::scope_set;

namespace {

struct call {
  http::method method;
  std::string_view target;
  scope needed;
  std::string_view body = "";
};

constexpr call calls[] = {
    {method::get, "/get?name=x", scope::read},
    {method::get, "/inc?name=x", scope::add},
    {method::post, "/inc?name=x", scope::add},
    {method::get, "/set?name=x&val=1", scope::write},
    {method::get, "/v1/counters/x", scope::read},
    {method::head, "/v1/counters/x", scope::read},
    {method::post, "/v1/counters/x", scope::add},
    {method::put, "/v1/counters/x?value=1", scope::write},
    {method::delete_, "/v1/counters/x", scope::remove},
    {method::get, "/v1/counters", scope::list},
    {method::post, "/v1/batch", scope::read, R"({"ops":[{"op":"get","name":"x"}]})"},
    {method::post, "/v1/batch", scope::add, R"({"ops":[{"op":"add","name":"x"}]})"},
    {method::post, "/v1/batch", scope::write, R"({"ops":[{"op":"set","name":"x","value":1}]})"},
    {method::post, "/v1/batch", scope::remove, R"({"ops":[{"op":"delete","name":"x"}]})"},
    {method::get, "/", scope::none},
    {method::get, "/v1/info", scope::none},
    {method::get, "/openapi.json", scope::none},
};

http::request request_of(const call& call) {
  http::request request;
  request.method = call.method;
  request.target = call.target;
  request.body = call.body;
  if (!call.body.empty())
    request.fields = unit::fields_of({unit::json_type});
  return request;
}

/// Returns the status, or 200 if the request goes on to the store.
int status_with(const rights::access_policy& policy, bool is_loopback, const call& call,
                std::string* body = nullptr) {
  http::router router{unit::info_in_memory(), policy};
  const auto request = request_of(call);
  const auto action = router.route(request, {.is_loopback = is_loopback});
  const auto* response = std::get_if<http::response>(&action);
  if (response != nullptr && body != nullptr)
    *body = response->body.view();
  return response == nullptr ? 200 : static_cast<int>(response->status);
}

}  // namespace

TEST_CASE("a request from another machine needs the scope of its route") {
  for (const auto& call : calls) {
    CAPTURE(call.target);
    CAPTURE(call.body);
    CHECK(status_with({}, true, call) == 200);
    CHECK(status_with({}, false, call) == (call.needed == scope::none ? 200 : 403));
    for (const auto scope : rights::every_scope) {
      const bool is_allowed = call.needed == scope::none || call.needed == scope;
      CHECK(status_with({.remote = scope_set{scope}}, false, call) == (is_allowed ? 200 : 403));
      CHECK(status_with({.local = {scope}}, true, call) == (is_allowed ? 200 : 403));
    }
  }
}

TEST_CASE("what a proxy on this machine forwards is remote, if it is said what is remote") {
  http::request request;
  request.method = method::get;
  request.target = "/inc?name=x";
  request.fields = unit::fields_of({{unit::field::forwarded, "192.0.2.1"}});
  const auto is_refused = [&](const rights::access_policy& policy) {
    http::router router{unit::info_in_memory(), policy};
    return std::holds_alternative<http::response>(router.route(request, {.is_loopback = true}));
  };
  CHECK_FALSE(is_refused({}));
  CHECK_FALSE(is_refused({.remote = scope_set{scope::add}}));
  CHECK(is_refused({.remote = scope_set{scope::read}}));
}

TEST_CASE("a refusal names the scope that is missing") {
  std::string body;
  CHECK(status_with({}, false, {method::get, "/inc?name=x", scope::add}, &body) == 403);
  CHECK(body == "this address may not add: the server's --anonymous does not name add\n");
  CHECK(status_with({}, false, {method::delete_, "/v1/counters/x", scope::remove}, &body) == 403);
  CHECK(unit::member(body, "code") == "\"forbidden\"");
  CHECK(unit::member(body, "detail") ==
        "\"this address may not delete: the server's --anonymous does not name delete\"");
}

TEST_CASE("a batch is refused as a whole for one operation that is not allowed") {
  const call mixed{
      method::post, "/v1/batch", scope::none,
      R"({"ops":[{"op":"get","name":"x"},{"op":"add","name":"x"},{"op":"delete","name":"x"}]})"};
  std::string body;
  CHECK(status_with({.remote = scope_set{scope::read, scope::add}}, false, mixed, &body) == 403);
  CHECK(unit::member(body, "code") == "\"forbidden\"");
  CHECK(unit::member(body, "index") == "2");
  CHECK(status_with({.is_read_only = true}, true, mixed, &body) == 403);
  CHECK(unit::member(body, "code") == "\"read-only\"");
  CHECK(unit::member(body, "index") == "1");
}

TEST_CASE("a read-only server refuses every change, and says so in /v1/info") {
  for (const auto& call : calls) {
    CAPTURE(call.target);
    CAPTURE(call.body);
    const bool changes =
        call.needed == scope::add || call.needed == scope::write || call.needed == scope::remove;
    CHECK(status_with({.is_read_only = true}, true, call) == (changes ? 403 : 200));
  }
  std::string body;
  status_with({.is_read_only = true}, true, calls[1], &body);
  CHECK(body == "the server was started with --read-only\n");
  auto info = unit::info_in_memory();
  CHECK(unit::member(info.describe(), "read_only") == "false");
  info.is_read_only = true;
  CHECK(unit::member(info.describe(), "read_only") == "true");
}
