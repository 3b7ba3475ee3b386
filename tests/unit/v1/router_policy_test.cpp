#include "http/api/router.hpp"
#include "tests/unit/support.hpp"
#include "tests/unit/token_support.hpp"
#include "tests/unit/v1/router_support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using field = http::header_fields::name;
using http::method;
using rights::access_policy;
using unit::issued_token;

namespace {

/// A router whose policy changes, and the hosts that its parsers know.
class loop {
public:
  explicit loop(const access_policy& policy) : router(unit::info_in_memory(), policy) {}

  int ask(std::string_view target, unit::field_list fields = {}, bool is_local = true) {
    http::request request;
    request.method = method::get;
    request.target = target;
    request.fields = unit::fields_of(fields);
    // As the parser does.
    if (const auto host = request.fields.find(field::host))
      request.known_host = router.known_hosts().find(*host);
    fields_of_response = router.fields_for(request);
    const auto action = router.route(request, {.is_local = is_local});
    const auto* response = std::get_if<http::response>(&action);
    return response == nullptr ? 200 : static_cast<int>(response->status);
  }

  http::router router;
  const std::string* fields_of_response = nullptr;
};

}  // namespace

TEST_CASE("set_policy() gives and takes rights from the next request on") {
  loop server{{}};
  CHECK(server.ask("/inc?name=x") == 200);
  CHECK(server.ask("/inc?name=x", {}, false) == 403);
  server.router.set_policy({.local = {}, .remote = rights::scope_set{rights::scope::add}});
  CHECK(server.ask("/inc?name=x") == 403);
  CHECK(server.ask("/inc?name=x", {}, false) == 200);
  CHECK(server.ask("/set?name=x&value=1", {}, false) == 403);
  server.router.set_policy({.is_read_only = true});
  CHECK(server.ask("/inc?name=x") == 403);
  CHECK(server.ask("/get?name=x") == 200);
  server.router.set_policy({});
  CHECK(server.ask("/inc?name=x") == 200);
}

TEST_CASE("set_policy() judges the hosts anew that are known already") {
  loop server{{.browsers = {.hosts = {"a.example"}}}};
  for (int round = 0; round < 2; ++round) {
    CHECK(server.ask("/", {{field::host, "a.example"}}) == 200);
    CHECK(server.ask("/", {{field::host, "b.example:80"}}) == 421);
  }
  server.router.set_policy({.browsers = {.hosts = {"b.example"}}});
  for (int round = 0; round < 2; ++round) {
    CHECK(server.ask("/", {{field::host, "a.example"}}) == 421);
    CHECK(server.ask("/", {{field::host, "b.example:80"}}) == 200);
    CHECK(server.ask("/", {{field::host, "localhost"}}) == 200);
  }
  // Others than those on this machine are checked only if the policy says so.
  CHECK(server.ask("/", {{field::host, "a.example"}}, false) == 200);
  server.router.set_policy({.browsers = {.hosts = {"b.example"}, .checks_every_host = true}});
  CHECK(server.ask("/", {{field::host, "a.example"}}, false) == 421);
}

TEST_CASE("set_policy() begins and ends to require tokens") {
  const issued_token web{.grant = {.name = "web", .scopes = {rights::scope::add}}};
  loop server{{}};
  CHECK(server.ask("/inc?name=x") == 200);
  server.router.set_policy({.local = {}, .tokens = unit::set_of({web})});
  CHECK(server.ask("/inc?name=x") == 401);
  CHECK(server.ask("/inc?name=x", {{field::authorization, web.bearer()}}) == 200);
  CHECK(server.ask("/get?name=x", {{field::authorization, web.bearer()}}) == 403);
  server.router.set_policy({});
  CHECK(server.ask("/get?name=x", {{field::authorization, web.bearer()}}) == 200);
  CHECK(server.ask("/get?name=x") == 200);
}

TEST_CASE("set_policy() opens and closes the server to the pages of an origin") {
  const unit::field_list page{{field::origin, "https://app.example"},
                              {field::sec_fetch_site, "cross-site"}};
  loop server{{}};
  CHECK(server.ask("/inc?name=x", page) == 403);
  const auto* closed = server.fields_of_response;
  REQUIRE(closed != nullptr);
  const auto closed_text = *closed;
  server.router.set_policy({.browsers = {.origins = {"https://app.example"}}});
  CHECK(server.ask("/inc?name=x", page) == 200);
  const auto* open = server.fields_of_response;
  REQUIRE(open != nullptr);
  const auto open_text = *open;
  CHECK(open_text.find("Access-Control-Allow-Origin: https://app.example") != std::string::npos);
  for (int i = 0; i < 100; ++i)
    server.router.set_policy({.browsers = {.origins = {"https://" + std::to_string(i)}}});
  CHECK(server.ask("/inc?name=x", page) == 403);
  // Responses that are under way still refer to these.
  CHECK(*closed == closed_text);
  CHECK(*open == open_text);
}
