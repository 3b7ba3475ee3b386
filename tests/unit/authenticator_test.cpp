#include "http/api/authenticator.hpp"
#include "tests/unit/token_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using http::authenticator;
using outcome = enum http::authenticator::outcome;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using unit::issued_token;

namespace {

constexpr sys_seconds now{seconds{1'000'000}};

http::header_fields with(std::string_view value) {
  http::header_fields fields;
  fields.add(http::header_fields::name::accept, "*/*");
  fields.add(http::header_fields::name::authorization, value);
  return fields;
}

}  // namespace

TEST_CASE("an authenticator finds what a token gives, as Bearer and as a password") {
  const issued_token web{.grant = {.name = "web"}};
  const issued_token ops{.grant = {.name = "ops"}};
  authenticator loop{unit::set_of({web, ops})};
  CHECK(loop.check({}, now).outcome == outcome::none);
  // The second time each field is remembered.
  for (int round = 0; round < 2; ++round) {
    for (const auto* token : {&web, &ops}) {
      const auto bearer = loop.check(with(token->bearer()), now);
      REQUIRE(bearer.outcome == outcome::accepted);
      CHECK(bearer.grant->name == token->grant.name);
      CHECK(bearer.is_bearer);
      for (const std::string user :
           {"", "x", "a much longer user name than anybody would choose"}) {
        const auto basic = loop.check(with(unit::basic(user, token->text)), now);
        REQUIRE(basic.outcome == outcome::accepted);
        CHECK(basic.grant->name == token->grant.name);
        CHECK_FALSE(basic.is_bearer);
      }
    }
  }
}

TEST_CASE("an authenticator says why it does not accept a token") {
  const issued_token web{.grant = {.name = "web"}};
  authenticator loop{unit::set_of({web})};
  // Also while the right one is remembered.
  for (int round = 0; round < 2; ++round) {
    CHECK(loop.check(with(issued_token{}.bearer()), now).outcome == outcome::unknown);
    auto mistyped = web.bearer();
    mistyped[20] = mistyped[20] == 'a' ? 'b' : 'a';
    CHECK(loop.check(with(mistyped), now).outcome == outcome::mistyped);
    CHECK(loop.check(with(web.bearer() + " "), now).outcome == outcome::mistyped);
    CHECK(loop.check(with(web.bearer().substr(0, 48)), now).outcome == outcome::mistyped);
    for (const std::string_view other :
         {"Bearer abc", "Basic eDphYmM=", "Digest x=y", "Bearer", "", "x"}) {
      CAPTURE(other);
      CHECK(loop.check(with(other), now).outcome == outcome::malformed);
    }
    CHECK(loop.check(with("Token " + web.text), now).outcome == outcome::malformed);
    auto twice = with(web.bearer());
    twice.add(http::header_fields::name::authorization, web.bearer());
    CHECK(loop.check(twice, now).outcome == outcome::repeated);
    CHECK(loop.check(with(web.bearer()), now).outcome == outcome::accepted);
  }
}

TEST_CASE("a token that is remembered expires in its second") {
  const issued_token brief{.grant = {.name = "brief", .expires_at = now}};
  authenticator loop{unit::set_of({brief})};
  CHECK(loop.check(with(brief.bearer()), now - seconds{1}).outcome == outcome::accepted);
  CHECK(loop.check(with(brief.bearer()), now).outcome == outcome::expired);
  CHECK(loop.check(with(brief.bearer()), now + seconds{1}).outcome == outcome::expired);
  // The clock is that of the caller.
  CHECK(loop.check(with(brief.bearer()), now - seconds{1}).outcome == outcome::accepted);
}

TEST_CASE("set_tokens() takes effect for tokens that are remembered") {
  issued_token web{.grant = {.name = "web", .scopes = {rights::scope::read}}};
  const issued_token ops{.grant = {.name = "ops"}};
  authenticator loop{unit::set_of({web, ops})};
  CHECK(loop.check(with(web.bearer()), now).outcome == outcome::accepted);
  CHECK(loop.check(with(ops.bearer()), now).outcome == outcome::accepted);
  loop.set_tokens(unit::set_of({ops}));
  CHECK(loop.check(with(web.bearer()), now).outcome == outcome::unknown);
  CHECK(loop.check(with(ops.bearer()), now).outcome == outcome::accepted);
  web.grant.scopes = {rights::scope::add};
  loop.set_tokens(unit::set_of({web}));
  const auto changed = loop.check(with(web.bearer()), now);
  REQUIRE(changed.outcome == outcome::accepted);
  CHECK(changed.grant->scopes == rights::scope_set{rights::scope::add});
}

TEST_CASE("an authenticator serves more tokens than it remembers") {
  std::vector<issued_token> tokens(1000);
  for (std::size_t i = 0; i < tokens.size(); ++i)
    tokens[i].grant.name = std::to_string(i);
  authenticator loop{unit::set_of(tokens)};
  for (int round = 0; round < 3; ++round)
    for (const auto& token : tokens) {
      const auto found = loop.check(with(token.bearer()), now);
      REQUIRE(found.outcome == outcome::accepted);
      CHECK(found.grant->name == token.grant.name);
    }
}
