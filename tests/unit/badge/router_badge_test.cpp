#include "tests/unit/token_support.hpp"
#include "tests/unit/v1/router_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

using http::method;
using rights::scope;
using unit::field;

namespace {

constexpr http::connection_info stranger{.network = {0xc0000201, false}};
constexpr http::connection_info user{.is_local = true, .network = {0x7f000001, true}};

const rights::public_names names{.readable = {"seen/"}, .countable = {"hits/"}};

/// A router, and what came of the last request.
struct scene {
  explicit scene(rights::access_policy policy) : router(unit::info_in_memory(), policy) {}

  int ask(std::string_view target, http::connection_info from = stranger,
          const unit::field_list& fields = {}, http::method method = method::get) {
    request.method = method;
    request.target = target;
    request.fields = unit::fields_of(fields);
    auto action = router.route(request, from);
    const auto* added = router.fields_for(request);
    further_fields = added == nullptr ? "" : *added;
    command.reset();
    if (auto* response = std::get_if<http::response>(&action)) {
      body = std::string{response->body.view()};
      return static_cast<int>(response->status);
    }
    auto sent = unit::requests_of(*std::get<std::unique_ptr<http::exchange>>(action));
    command = std::get<counter::full_command>(std::move(sent.at(0)));
    return 200;
  }

  http::router router;
  http::request request;
  std::string body;
  std::string further_fields;
  std::optional<counter::full_command> command;
};

const std::pair<field, std::string_view> other_site{field::sec_fetch_site, "cross-site"};

}  // namespace

TEST_CASE("strangers read and count what is published, and nothing else") {
  scene server{{.published = names}};
  CHECK(server.ask("/badge/seen%2Fa.svg") == 200);
  CHECK(server.command->name == "seen/a");
  CHECK(server.command->parameters.operation == counter::operation::get);
  CHECK(server.ask("/badge/hits%2Fa.json") == 200);
  CHECK(server.ask("/hit/hits%2Fa.gif") == 200);
  CHECK(server.command->name == "hits/a");
  CHECK(server.command->parameters.operation == counter::operation::add);
  CHECK(server.command->parameters.operand == 1);
  CHECK(server.ask("/hit/hits%2Fa.gif", stranger, {}, method::post) == 200);
  CHECK(server.ask("/badge/seen%2Fa.svg", stranger, {}, method::head) == 200);

  CHECK(server.ask("/hit/seen%2Fa.svg") == 403);
  CHECK(server.ask("/badge/other.svg") == 403);
  CHECK(server.ask("/hit/other.svg") == 403);
  CHECK(server.ask("/get?name=seen/a") == 403);
  CHECK(server.ask("/v1/counters/seen%2Fa") == 403);
  CHECK(server.ask("/inc?name=hits/a") == 403);
  CHECK(server.ask("/v1/counters?prefix=seen/") == 403);
}

TEST_CASE("the extension is no part of the name that rights are about") {
  scene server{{.published = {.readable = {"a.s"}}}};
  CHECK(server.ask("/badge/a.svg") == 403);
  CHECK(server.ask("/badge/a.svg.svg") == 200);
  CHECK(server.command->name == "a.svg");
  CHECK(server.ask("/badge/a%2Es.json") == 200);
}

TEST_CASE("strangers do not create counters, and who may add does") {
  scene server{{.published = names}};
  CHECK(server.ask("/hit/hits%2Fa.svg") == 200);
  CHECK_FALSE(server.command->parameters.create);
  CHECK(server.ask("/hit/hits%2Fa.svg", user) == 200);
  CHECK(server.command->parameters.create);
  CHECK(server.ask("/hit/other.svg", user) == 200);
  CHECK(server.command->parameters.create);
  // A page of another site, in the browser of somebody who may.
  CHECK(server.ask("/hit/hits%2Fa.svg", user, {other_site}) == 200);
  CHECK_FALSE(server.command->parameters.create);
  CHECK(server.ask("/hit/other.svg", user, {other_site}) == 403);
}

TEST_CASE("a client counts once in the interval") {
  scene server{{.published = names}};
  CHECK(server.ask("/hit/hits%2Fa.svg") == 200);
  const auto key = server.command->idempotency_key;
  CHECK(key.starts_with("hit-"));
  CHECK(server.command->idempotency_ttl == std::chrono::seconds{30});
  CHECK(server.ask("/hit/hits%2Fa.json?label=other") == 200);
  CHECK(server.command->idempotency_key == key);
  CHECK(server.ask("/hit/hits%2Fb.svg") == 200);
  CHECK(server.command->idempotency_key != key);
  CHECK(server.ask("/hit/hits%2Fa.svg", {.network = {0xc0000202, false}}) == 200);
  CHECK(server.command->idempotency_key != key);
  CHECK(server.ask("/badge/hits%2Fa.svg") == 200);
  CHECK(server.command->idempotency_key.empty());

  // Whatever rights it has.
  CHECK(server.ask("/hit/hits%2Fa.svg", {.is_local = true, .network = stranger.network}) == 200);
  CHECK(server.command->idempotency_key == key);

  auto every = names;
  every.hit_interval = std::chrono::milliseconds{0};
  server.router.set_policy({.published = every});
  CHECK(server.ask("/hit/hits%2Fa.svg") == 200);
  CHECK(server.command->idempotency_key.empty());
  every.hit_interval = std::chrono::milliseconds{1500};
  server.router.set_policy({.published = every});
  CHECK(server.ask("/hit/hits%2Fa.svg") == 200);
  CHECK(server.command->idempotency_ttl == std::chrono::seconds{2});
}

TEST_CASE("pages of every site may show what is published, and scripts read it") {
  scene server{{.published = names}};
  for (const std::string_view target :
       {"/badge/seen%2Fa.svg", "/hit/hits%2Fa.json", "/badge/hits%2Fa.svg?color=no"}) {
    CAPTURE(target);
    server.ask(target, stranger, {other_site, {field::origin, "https://a.example"}});
    const auto fields = server.further_fields;
    CHECK(fields.find("Access-Control-Allow-Origin: *\r\n") != std::string::npos);
    CHECK(fields.find("Cross-Origin-Resource-Policy: cross-origin\r\n") != std::string::npos);
    CHECK(fields.find("Content-Security-Policy: default-src 'none'") != std::string::npos);
    // Caches store it: it must not depend on who asks.
    server.ask(target);
    CHECK(server.further_fields == fields);
  }
  server.ask("/badge/other.svg", user, {other_site});
  CHECK(server.further_fields.find("Access-Control-Allow-Origin") == std::string::npos);
  CHECK(server.further_fields.find("Cross-Origin-Resource-Policy: same-origin") !=
        std::string::npos);
  server.ask("/v1/info", user, {other_site});
  CHECK(server.further_fields.find("cross-origin") == std::string::npos);
}

TEST_CASE("a prefetch and a server that is read-only count no hit") {
  scene server{{.published = names}};
  CHECK(server.ask("/hit/hits%2Fa.svg", stranger, {{field::purpose, "prefetch"}}) == 403);
  CHECK(server.ask("/badge/hits%2Fa.svg", stranger, {{field::purpose, "prefetch"}}) == 200);
  server.router.set_policy({.is_read_only = true, .published = names});
  CHECK(server.ask("/hit/hits%2Fa.svg") == 403);
  CHECK(server.body.find("--read-only") != std::string::npos);
  CHECK(server.ask("/hit/hits%2Fa.svg", user) == 403);
  CHECK(server.ask("/badge/hits%2Fa.svg") == 200);
}

TEST_CASE("a badge of what is not published needs the right to the counter") {
  const unit::issued_token reader{.grant = {.scopes = {scope::read}, .prefixes = {"mine/"}}};
  const unit::issued_token adder{.grant = {.scopes = {scope::add},
                                           .prefixes = {"mine/"},
                                           .deltas = rights::delta_range{2, 9}}};
  scene server{{.local = {}, .published = names, .tokens = unit::set_of({reader, adder})}};
  const auto reader_field = reader.bearer();
  const auto adder_field = adder.bearer();
  const unit::field_list as_reader{{field::authorization, reader_field}};
  const unit::field_list as_adder{{field::authorization, adder_field}};
  CHECK(server.ask("/badge/mine%2Fa.svg", user, as_reader) == 200);
  CHECK(server.ask("/badge/other.svg", user, as_reader) == 403);
  CHECK(server.ask("/badge/seen%2Fa.svg", user, as_reader) == 200);
  CHECK(server.ask("/hit/mine%2Fa.svg", user, as_reader) == 403);
  // A hit adds 1, which this token may not.
  CHECK(server.ask("/hit/mine%2Fa.svg", user, as_adder) == 403);
  CHECK(server.ask("/badge/mine%2Fa.svg", user) == 401);
  CHECK(server.ask("/badge/seen%2Fa.svg", user) == 200);
}

TEST_CASE("a badge has a name and a known extension") {
  scene server{{}};
  CHECK(server.ask("/badge/.svg", user) == 400);
  CHECK(server.ask("/badge/a%00.svg", user) == 400);
  CHECK(server.ask("/badge/" + std::string(257, 'a') + ".svg", user) == 400);
  CHECK(server.ask("/badge/" + std::string(256, 'a') + ".svg", user) == 200);
  CHECK(server.ask("/badge/%FF.svg", user) == 400);
  for (const std::string_view target :
       {"/badge/a", "/badge/a.gif", "/badge/a.png", "/badge/a/b.svg", "/hit/a", "/hit/a.png",
        "/badge/", "/badge", "/hit/a.svg/"}) {
    CAPTURE(target);
    CHECK(server.ask(target, user) == 404);
    if (target.find('/', 1) != target.npos)
      CHECK(server.body.find("%2F") != std::string::npos);
  }
  CHECK(server.ask("/badge/a.svg", user, {}, method::post) == 405);
  CHECK(server.ask("/hit/a.svg", user, {}, method::head) == 405);
  CHECK(server.ask("/%62adge/a.svg", user) == 200);
}
