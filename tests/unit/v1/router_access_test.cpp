#include "tests/unit/v1/router_support.hpp"
#include "tests/unit/v1/scoped_calls.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using http::method;
using rights::scope;
using rights::scope_set;

namespace {

constexpr unit::scoped_call open_calls[] = {
    {method::get, "/", scope::none},
    {method::get, "/v1/info", scope::none},
    {method::get, "/openapi.json", scope::none},
    {method::get, "/livez", scope::none},
    {method::get, "/readyz", scope::none},
};

http::request request_of(const unit::scoped_call& call) {
  http::request request;
  request.method = call.method;
  request.target = call.target;
  request.body = call.body;
  if (!call.body.empty())
    request.fields = unit::fields_of({unit::json_type});
  return request;
}

/// Returns the status, or 200 if the request goes on to the store.
int status_with(const rights::access_policy& policy, bool is_local, const unit::scoped_call& call,
                std::string* body = nullptr) {
  http::router router{unit::info_in_memory(), policy};
  const auto request = request_of(call);
  const auto action = router.route(request, {.is_local = is_local});
  const auto* response = std::get_if<http::response>(&action);
  if (response != nullptr && body != nullptr)
    *body = response->body.view();
  return response == nullptr ? 200 : static_cast<int>(response->status);
}

}  // namespace

TEST_CASE("a request from another machine needs the scope of its route") {
  for (const auto& call : unit::scoped_calls) {
    CAPTURE(call.target);
    CAPTURE(call.body);
    CHECK(status_with({}, true, call) == 200);
    CHECK(status_with({}, false, call) == 403);
    for (const auto scope : rights::every_scope) {
      const int status = call.needed == scope ? 200 : 403;
      CHECK(status_with({.remote = scope_set{scope}}, false, call) == status);
      CHECK(status_with({.local = {scope}}, true, call) == status);
    }
  }
}

TEST_CASE("some requests need no scope") {
  for (const auto& call : open_calls) {
    CAPTURE(call.target);
    CHECK(status_with({.local = {}}, true, call) == 200);
    CHECK(status_with({}, false, call) == 200);
  }
}

TEST_CASE("what a proxy on this machine forwards is remote, if it is said what is remote") {
  http::request request;
  request.method = method::get;
  request.target = "/inc?name=x";
  request.fields = unit::fields_of({{unit::field::forwarded, "192.0.2.1"}});
  const auto is_refused = [&](const rights::access_policy& policy) {
    http::router router{unit::info_in_memory(), policy};
    return std::holds_alternative<http::response>(router.route(request, {.is_local = true}));
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
  const unit::scoped_call mixed{
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
  for (const auto& call : unit::scoped_calls) {
    CAPTURE(call.target);
    CAPTURE(call.body);
    const bool changes =
        call.needed == scope::add || call.needed == scope::write || call.needed == scope::remove;
    CHECK(status_with({.is_read_only = true}, true, call) == (changes ? 403 : 200));
  }
  std::string body;
  status_with({.is_read_only = true}, true, {method::get, "/inc?name=x", scope::add}, &body);
  CHECK(body == "the server was started with --read-only\n");
  for (const bool is_read_only : {false, true}) {
    CHECK(status_with({.is_read_only = is_read_only}, true, {method::get, "/v1/info", scope::none},
                      &body) == 200);
    CHECK(unit::member(body, "read_only") == (is_read_only ? "true" : "false"));
  }
}
