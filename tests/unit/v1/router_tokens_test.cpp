#include "tests/unit/token_support.hpp"
#include "tests/unit/v1/router_support.hpp"
#include "tests/unit/v1/scoped_calls.hpp"

#include <doctest/doctest.h>

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

using http::method;
using rights::scope;
using rights::scope_set;
using unit::field;
using unit::issued_token;

namespace {

constexpr http::connection_info far{.is_local = false};

/// A loop of a server with tokens, whose anonymous clients may do nothing unless told otherwise.
class loop {
public:
  explicit loop(const std::vector<issued_token>& tokens,
                rights::access_policy policy = {.local = {}})
      : policy_(with_tokens(std::move(policy), tokens)),
        router(unit::info_in_memory(), policy_, &now) {}

  /// Returns the status of the response, or 200 if the request goes on to the store.
  int ask(http::method method, std::string_view target, unit::field_list fields = {},
          std::string_view body = "", http::connection_info connection = {.is_local = true}) {
    http::request request;
    request.method = method;
    request.target = target;
    request.body = body;
    if (!body.empty())
      fields.push_back(unit::json_type);
    request.fields = unit::fields_of(fields);
    is_refused_early = router.refuse(request, connection).has_value();
    auto action = router.route(request, connection);
    auto* found = std::get_if<http::response>(&action);
    response = found != nullptr ? std::move(*found) : http::response{};
    return found != nullptr ? static_cast<int>(response.status) : 200;
  }
  int ask(http::method method, std::string_view target, const issued_token& token,
          std::string_view body = "", http::connection_info connection = {.is_local = true}) {
    return ask(method, target, {{field::authorization, token.bearer()}}, body, connection);
  }

  void set_tokens(const std::vector<issued_token>& tokens) {
    router.set_policy(with_tokens(policy_, tokens));
  }

  std::string_view body() const { return response.body.view(); }
  bool has(std::string_view text) const {
    return response.fields.view().find(text) != std::string_view::npos;
  }

private:
  static rights::access_policy with_tokens(rights::access_policy policy,
                                           const std::vector<issued_token>& tokens) {
    policy.tokens = unit::set_of(tokens);
    return policy;
  }

  const rights::access_policy policy_;

public:
  std::time_t now = 1'000'000;
  http::router router;
  http::response response;
  bool is_refused_early = false;
};

issued_token with_scopes(scope_set scopes) {
  return {.grant = {.name = "t", .scopes = scopes}};
}

}  // namespace

TEST_CASE("a request of a server with tokens needs a token with the scope of its route") {
  for (const auto& call : unit::scoped_calls) {
    CAPTURE(call.target);
    CAPTURE(call.body);
    for (const auto given : rights::every_scope) {
      const auto token = with_scopes({given});
      loop server{{token}};
      CHECK(server.ask(call.method, call.target, token, call.body) ==
            (given == call.needed ? 200 : 403));
      CHECK(server.ask(call.method, call.target, token, call.body, far) ==
            (given == call.needed ? 200 : 403));
    }
    loop server{{with_scopes(scope_set::all())}};
    for (const auto connection : {http::connection_info{.is_local = true}, far}) {
      CHECK(server.ask(call.method, call.target, unit::field_list{}, call.body, connection) == 401);
      CHECK(server.is_refused_early);
      CHECK(server.response.fields.view() == "WWW-Authenticate: Bearer realm=\"counterd\"\r\n");
      CHECK(server.ask(call.method, call.target, issued_token{}, call.body, connection) == 401);
      CHECK(server.is_refused_early);
      CHECK(server.response.fields.view() ==
            "WWW-Authenticate: Bearer realm=\"counterd\", error=\"invalid_token\"\r\n");
    }
  }
}

TEST_CASE("who deletes by prefix may list and delete, with a prefix that the token covers") {
  const std::string_view target = "/v1/counters?prefix=shop/&limit=5";
  const auto lists = with_scopes({scope::list}), deletes = with_scopes({scope::remove});
  const auto both = with_scopes({scope::list, scope::remove});
  const issued_token shop{
      .grant = {.name = "t", .scopes = both.grant.scopes, .prefixes = {"shop/"}}};
  const issued_token other{
      .grant = {.name = "t", .scopes = both.grant.scopes, .prefixes = {"shop/a", "other"}}};
  loop server{{lists, deletes, both, shop, other}};
  CHECK(server.ask(method::delete_, target, lists) == 403);
  CHECK(server.has("scope=\"delete\""));
  CHECK(server.ask(method::delete_, target, deletes) == 403);
  CHECK(server.has("scope=\"list\""));
  CHECK(server.ask(method::delete_, target, other) == 403);
  CHECK(server.ask(method::delete_, target, both) == 200);
  CHECK(server.ask(method::delete_, target, shop) == 200);
  CHECK(server.ask(method::delete_, "/v1/counters?prefix=&limit=5", shop) == 403);
  CHECK(server.ask(method::get, "/v1/top?prefix=shop/", shop) == 200);
  CHECK(server.ask(method::get, "/v1/top", shop) == 403);
  CHECK(server.ask(method::get, "/v1/prefixes?prefix=shop/", shop) == 200);
  CHECK(server.ask(method::get, "/v1/prefixes", shop) == 403);
}

TEST_CASE("a 403 names the scope that a token lacks, and is decided without the body") {
  const auto reader = with_scopes({scope::read});
  loop server{{reader}};
  CHECK(server.ask(method::post, "/v1/counters/x", reader, R"({"delta":1})") == 403);
  CHECK(server.is_refused_early);
  CHECK(server.response.fields.view() ==
        "WWW-Authenticate: Bearer realm=\"counterd\", error=\"insufficient_scope\", "
        "scope=\"add\"\r\n");
  CHECK(unit::member(server.body(), "code") == "\"forbidden\"");
  CHECK(unit::member(server.body(), "detail") == "\"this token lacks the scope add\"");
  CHECK(server.ask(method::delete_, "/v1/counters/x", reader) == 403);
  CHECK(server.has("scope=\"delete\""));
  CHECK(server.ask(method::get, "/inc?name=x", reader) == 403);
  CHECK(server.body() == "this token lacks the scope add\n");
}

TEST_CASE("paths that need no scope are open, but not to a token that is not accepted") {
  const auto reader = with_scopes({scope::read});
  loop server{{reader}};
  for (const std::string_view target : {"/", "/v1/info", "/openapi.json"}) {
    CAPTURE(target);
    CHECK(server.ask(method::get, target, unit::field_list{}) == 200);
    CHECK(server.ask(method::get, target, reader) == 200);
    CHECK(server.ask(method::get, target, issued_token{}) == 401);
  }
  CHECK(server.ask(method::get, "/nowhere", issued_token{}) == 404);
}

TEST_CASE("admin is for any address with a token that has it") {
  const auto admin = with_scopes({scope::admin});
  loop server{{admin}};
  const std::string_view backup = "/v1/admin/backup?name=b";
  // The store of this server has no backups.
  CHECK(server.ask(method::post, backup, admin) == 409);
  CHECK(server.ask(method::post, backup, admin, "", far) == 409);
  CHECK(server.ask(method::post, backup,
                   {{field::authorization, admin.bearer()}, {field::forwarded, "for=a"}}) == 409);
  CHECK(server.ask(method::post, backup, unit::field_list{}) == 401);
  const auto other = with_scopes(scope_set::all().without(scope::admin));
  server.set_tokens({other});
  CHECK(server.ask(method::post, backup, other) == 403);
  CHECK(server.has("scope=\"admin\""));
}

TEST_CASE("requests without a token have the rights of their address") {
  loop server{{with_scopes({scope::add})},
              {.local = {scope::read, scope::add}, .remote = scope_set{scope::read}}};
  CHECK(server.ask(method::get, "/inc?name=x", unit::field_list{}) == 200);
  CHECK(server.ask(method::get, "/set?name=x&val=1", unit::field_list{}) == 401);
  CHECK(server.ask(method::get, "/get?name=x", unit::field_list{}, "", far) == 200);
  CHECK(server.ask(method::get, "/inc?name=x", unit::field_list{}, "", far) == 401);
  CHECK(server.ask(method::get, "/inc?name=x", {{field::forwarded, "for=a"}}) == 401);
  // A token replaces them.
  loop narrow{{}, {}};
  const auto reader = with_scopes({scope::read});
  narrow.set_tokens({reader});
  CHECK(narrow.ask(method::get, "/inc?name=x", unit::field_list{}) == 200);
  CHECK(narrow.ask(method::get, "/inc?name=x", reader) == 403);
}

TEST_CASE("a server without tokens ignores Authorization and a token in the query") {
  http::request request;
  request.method = method::get;
  request.target = "/inc?name=x&token=abc";
  request.fields = unit::fields_of({{field::authorization, "Bearer x"}});
  CHECK(unit::route(request).status() == 0);
}

TEST_CASE("a token is refused in the query, and not repeated") {
  const auto adder = with_scopes({scope::add, scope::read});
  loop server{{adder}};
  for (const std::string parameter :
       {"token=", "access_token=", "%74oken=", "a=1&token=", "acc%65ss_token=", "token=x&token="}) {
    CAPTURE(parameter);
    for (const std::string path : {"/inc?name=x&", "/v1/counters/x?", "/get?name=x&"}) {
      CHECK(server.ask(method::get, path + parameter + adder.text, unit::field_list{}) == 400);
      CHECK(server.body().find("ctr_") == std::string_view::npos);
      CHECK(server.body().find("Authorization: Bearer TOKEN") != std::string_view::npos);
      CHECK(server.ask(method::get, path + parameter + adder.text, adder) == 400);
    }
  }
  CHECK(server.ask(method::get, "/inc?name=token", adder) == 200);
  CHECK(server.ask(method::get, "/inc?name=x&tokens=1", adder) == 200);
  CHECK(server.ask(method::get, "/inc?name=%78", adder) == 200);
}

TEST_CASE("two fields Authorization are malformed, and no answer repeats one") {
  const auto adder = with_scopes({scope::add});
  loop server{{adder}};
  CHECK(server.ask(method::get, "/inc?name=x",
                   {{field::authorization, adder.bearer()},
                    {field::authorization, adder.bearer()}}) == 400);
  for (const std::string value : {"Bearer secret", "Digest secret",
                                  "Bearer ctr_secretsecretsecretsecretsecretsecretsecret"}) {
    CAPTURE(value);
    for (const std::string_view target : {"/inc?name=x", "/v1/counters/x"}) {
      CHECK(server.ask(method::get, target, {{field::authorization, value}}) == 401);
      CHECK(server.body().find("secret") == std::string_view::npos);
      CHECK_FALSE(server.has("secret"));
      CHECK(server.has("error=\"invalid_token\""));
    }
  }
}

TEST_CASE("a token with a prefix names its own counters only") {
  const issued_token shop{
      .grant = {.name = "shop", .scopes = scope_set::all(), .prefixes = {"shop/"}}};
  loop server{{shop}};
  struct {
    http::method method;
    std::string target;
    int status;
    std::string body = "";
  } const cases[] = {
      {method::get, "/get?name=shop/a", 200},
      {method::get, "/get?name=shop%2Fa", 200},
      {method::get, "/get?name=shop", 403},
      {method::get, "/inc?name=shopping", 403},
      {method::get, "/set?name=x&val=1", 403},
      {method::get, "/inc?name=shop%252Fa", 403},
      {method::get, "/v1/counters/shop%2Fa", 200},
      {method::get, "/v1/counters/shop%2f", 200},
      {method::get, "/v1/counters/shop", 403},
      {method::get, "/v1/counters/shop%252Fa", 403},
      {method::put, "/v1/counters/x", 403, R"({"value":1})"},
      {method::delete_, "/v1/counters/Shop%2Fa", 403},
      {method::get, "/v1/counters", 403},
      {method::get, "/v1/counters?prefix=shop", 403},
      {method::get, "/v1/counters?prefix=shop/", 200},
      {method::get, "/v1/counters?prefix=shop%2Fa", 200},
      {method::get, "/v1/counters?prefix=s", 403},
      {method::get, "/v1/counters?prefix=", 403},
      {method::post, "/v1/batch", 200, R"({"ops":[{"op":"get","name":"shop/a"}]})"},
      {method::post, "/v1/batch", 403,
       R"({"ops":[{"op":"get","name":"shop/a"},{"op":"add","name":"shop"}]})"},
  };
  for (const auto& [method, target, status, body] : cases) {
    CAPTURE(target);
    CAPTURE(body);
    CHECK(server.ask(method, target, shop, body) == status);
    if (status != 403)
      continue;
    CHECK(server.body().find("shop/") != std::string_view::npos);
    CHECK(server.has("error=\"insufficient_scope\""));
    CHECK_FALSE(server.has("scope=\"a"));
  }
  CHECK(unit::member(server.body(), "index") == "1");
  // Decided before the body.
  CHECK(server.ask(method::put, "/v1/counters/x", shop, R"({"value":1})") == 403);
  CHECK(server.is_refused_early);
}

TEST_CASE("a token with a range of deltas adds no more, and says nothing of start and end") {
  const issued_token adder{.grant = {.name = "adder",
                                     .scopes = {scope::add, scope::write},
                                     .deltas = rights::delta_range{2, 10}}};
  loop server{{adder}};
  struct {
    std::string target;
    std::string body;
    int status;
  } const cases[] = {
      {"/v1/counters/x?delta=2", "", 200},
      {"/v1/counters/x?delta=10", "", 200},
      {"/v1/counters/x?delta=11", "", 403},
      {"/v1/counters/x?delta=-2", "", 403},
      {"/v1/counters/x", "", 403},
      {"/v1/counters/x", R"({"delta":5})", 200},
      {"/v1/counters/x", R"({"delta":50})", 403},
      {"/v1/counters/x?delta=5&initial=5", "", 403},
      {"/v1/counters/x?delta=5&ttl=5", "", 403},
      {"/v1/counters/x?delta=5&min=0", "", 403},
      {"/v1/counters/x?delta=5&max=100", "", 403},
      {"/v1/counters/x?delta=5&ttl_mode=persist", "", 403},
      {"/v1/counters/x?delta=5&create=false&if_version=7", "", 200},
      {"/inc?name=x", "", 403},
      {"/set?name=x&val=5", "", 200},
      {"/v1/batch", R"({"ops":[{"op":"add","name":"x","delta":2}]})", 200},
      {"/v1/batch",
       R"({"ops":[{"op":"add","name":"x","delta":2},{"op":"add","name":"x","delta":1}]})", 403},
  };
  for (const auto& [target, body, status] : cases) {
    CAPTURE(target);
    CAPTURE(body);
    CHECK(server.ask(method::post, target, adder, body) == status);
    if (status == 403)
      CHECK(server.body().find("2..10") != std::string_view::npos);
  }
  CHECK(unit::member(server.body(), "index") == "1");
}

TEST_CASE("a batch needs a token, and the scopes of all of its operations") {
  const std::string_view mixed =
      R"({"ops":[{"op":"get","name":"x"},{"op":"add","name":"x"},{"op":"delete","name":"x"}]})";
  const auto reader = with_scopes({scope::read});
  const auto lister = with_scopes({scope::list, scope::admin});
  const auto writer = with_scopes({scope::read, scope::add, scope::remove});
  loop server{{reader, lister, writer}};
  CHECK(server.ask(method::post, "/v1/batch", writer, mixed) == 200);
  CHECK(server.ask(method::post, "/v1/batch", reader, mixed) == 403);
  CHECK(unit::member(server.body(), "index") == "1");
  CHECK(server.has("scope=\"add\""));
  // These can send no operation at all, whatever the body is.
  CHECK(server.ask(method::post, "/v1/batch", lister, "{") == 403);
  CHECK(server.is_refused_early);
  CHECK(server.ask(method::post, "/v1/batch", unit::field_list{}, "{") == 401);
  CHECK(server.is_refused_early);
  // Anonymous clients, too, are told of the operation that they need a token for.
  loop open{{writer}, {.local = {scope::read}}};
  CHECK(open.ask(method::post, "/v1/batch", unit::field_list{}, mixed) == 401);
  CHECK_FALSE(open.is_refused_early);
  CHECK(unit::member(open.body(), "index") == "1");
}

TEST_CASE("a page of another site counts with Bearer, which no browser sends by itself") {
  const auto adder = with_scopes({scope::add});
  loop server{{adder}};
  const auto with = [&](const std::string& value) {
    return server.ask(method::post, "/v1/counters/x",
                      {{field::origin, "https://evil.example"},
                       {field::sec_fetch_site, "cross-site"},
                       {field::authorization, value}});
  };
  CHECK(with(adder.bearer()) == 200);
  CHECK(with(unit::basic("x", adder.text)) == 403);
  CHECK(unit::member(server.body(), "code") == "\"cross-origin\"");
}

TEST_CASE("a token expires by the loop's clock") {
  const issued_token brief{
      .grant = {.name = "brief",
                .scopes = {scope::add},
                .expires_at = std::chrono::sys_seconds{std::chrono::seconds{2'000}}}};
  loop server{{brief}};
  server.now = 1'999;
  CHECK(server.ask(method::get, "/inc?name=x", brief) == 200);
  server.now = 2'000;
  CHECK(server.ask(method::get, "/inc?name=x", brief) == 401);
  CHECK(server.body().find("expired") != std::string_view::npos);
}

TEST_CASE("a read-only server refuses changes to tokens, too") {
  const auto all = with_scopes(scope_set::all());
  loop server{{all}, {.local = {}, .is_read_only = true}};
  CHECK(server.ask(method::get, "/get?name=x", all) == 200);
  CHECK(server.ask(method::get, "/inc?name=x", all) == 403);
  CHECK(server.body() == "the server was started with --read-only\n");
  CHECK(server.response.fields.view() == "");
}
