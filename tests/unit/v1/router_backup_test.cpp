// POST /v1/admin/backup, up to the request to the store.

#include "http/api/router.hpp"
#include "tests/unit/v1/pipeline_support.hpp"
#include "tests/unit/v1/router_support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>

using http::method;
using unit::form_type;
using unit::json_type;

namespace {

constexpr std::string_view path = "/v1/admin/backup";

const http::v1::server_info& info_on_disk() {
  static const http::v1::server_info server_info{"1.2.3", 2, {}, {.has_backups = true}};
  return server_info;
}

unit::routed post(const std::string& query, const unit::field_list& fields = {},
                  std::string_view body = "",
                  const http::v1::server_info& server_info = info_on_disk(),
                  http::connection_info connection = {.is_local = true}) {
  return unit::route(method::post, std::string{path} + query, fields, body, server_info,
                     connection);
}

}  // namespace

TEST_CASE("POST /v1/admin/backup takes the name from the query or the body") {
  struct {
    std::string query;
    unit::field_list fields;
    std::string_view body, name;
  } const cases[] = {
      {"?name=a", {}, "", "a"},
      {"?name=2026-11-25_1.2%2d3", {}, "", "2026-11-25_1.2-3"},
      {"", {form_type}, "name=a", "a"},
      {"", {json_type}, R"({"name":"a"})", "a"},
      {"?name=" + std::string(64, 'x'), {}, "", std::string_view{}},
  };
  for (const auto& [query, fields, body, name] : cases) {
    CAPTURE(query);
    CAPTURE(body);
    const auto routed = post(query, fields, body);
    REQUIRE(routed.requests.size() == 1);
    CHECK(routed.is_long);
    const auto& request = std::get<counter::backup_request>(routed.requests[0]);
    CHECK(request.name == (name.empty() ? std::string(64, 'x') : name));
  }
}

TEST_CASE("POST /v1/admin/backup with invalid parameters starts no backup") {
  struct {
    std::string query;
    unit::field_list fields;
    std::string_view body;
    int status;
    std::string_view code;
  } const cases[] = {
      {"", {}, "", 400, "invalid-parameter"},
      {"", {json_type}, "{}", 400, "invalid-parameter"},
      {"?name=a&more=1", {}, "", 400, "invalid-parameter"},
      {"?path=a", {}, "", 400, "invalid-parameter"},
      {"?name=", {}, "", 400, "invalid-value"},
      {"?name=..", {}, "", 400, "invalid-value"},
      {"?name=.hidden", {}, "", 400, "invalid-value"},
      {"?name=a%2Fb", {}, "", 400, "invalid-value"},
      {"?name=../a", {}, "", 400, "invalid-value"},
      {"?name=a+b", {}, "", 400, "invalid-value"},
      {"?name=a%00", {}, "", 400, "invalid-value"},
      {"?name=%C3%A9", {}, "", 400, "invalid-value"},
      {"?name=" + std::string(65, 'x'), {}, "", 400, "invalid-value"},
      {"", {json_type}, R"({"name":7})", 400, "invalid-value"},
      {"", {json_type}, R"({"name":null})", 400, "invalid-value"},
      {"?name=a&name=a", {}, "", 400, "duplicate-parameter"},
      {"?name=a", {form_type}, "name=a", 400, "duplicate-parameter"},
      {"", {json_type}, R"({"name":"a","name":"a"})", 400, "duplicate-parameter"},
      {"", {json_type}, "{", 400, "malformed-json"},
      {"", {form_type}, "name=%", 400, "bad-request"},
      {"?name=%zz", {}, "", 400, "bad-request"},
      {"?name=a", {}, "name=b", 415, "unsupported-media-type"},
  };
  for (const auto& [query, fields, body, status, code] : cases) {
    CAPTURE(query);
    CAPTURE(body);
    for (const auto* server_info : {&info_on_disk(), &unit::info_in_memory()}) {
      const auto routed = post(query, fields, body, *server_info);
      CHECK(routed.status() == status);
      CHECK(routed.code() == code);
    }
  }
}

TEST_CASE("POST /v1/admin/backup from another machine is 403, whatever its parameters") {
  for (const auto* server_info : {&info_on_disk(), &unit::info_in_memory()})
    for (const std::string query : {"?name=a", "", "?name=..", "?more=1"}) {
      CAPTURE(query);
      const auto routed =
          post(query, {}, "", *server_info, http::connection_info{.is_local = false});
      CHECK(routed.status() == 403);
      CHECK(routed.code() == "forbidden");
      CHECK(unit::member(routed.response->body.view(), "detail") ==
            "\"without a token, only clients on the server's own machine may do this, if "
            "--anonymous-local names admin; never through a proxy\"");
    }
  CHECK(unit::route(method::options, path, {}, "", info_on_disk(),
                    http::connection_info{.is_local = false})
            .status() == 204);
}

TEST_CASE("POST /v1/admin/backup is 403 where a proxy on this machine says that it forwards it") {
  for (const std::string name : {"Forwarded", "X-Forwarded-For", "x-forwarded-host",
                                 "X-FORWARDED-PROTO", "X-Real-IP", "Via"}) {
    CAPTURE(name);
    unit::connection near{{}, http::connection_info{.is_local = true}, info_on_disk()};
    CHECK(near.feed(unit::request("POST", std::string{path} + "?name=a", name + ": 127.0.0.1\r\n"))
              .empty());
    CHECK(near.take_answers().at(0).status == 403);
    CHECK(near.feed(unit::get("/get?name=x", name + ": 127.0.0.1\r\n")).size() == 1);
  }
}

TEST_CASE("POST /v1/admin/backup is no-data-directory for counters in memory") {
  const auto routed = post("?name=a", {}, "", unit::info_in_memory());
  CHECK(routed.status() == 409);
  CHECK(routed.code() == "no-data-directory");
  CHECK(unit::member(routed.response->body.view(), "detail") ==
        "\"start the server with --data DIR\"");
}

TEST_CASE("POST /v1/admin/backup from a loopback connection sends a backup request") {
  const auto request = unit::request("POST", std::string{path} + "?name=a");
  unit::connection far{{}, http::connection_info{.is_local = false}, info_on_disk()};
  CHECK(far.feed(request).empty());
  CHECK(far.take_answers().at(0).status == 403);

  unit::connection near{{}, http::connection_info{.is_local = true}, info_on_disk()};
  const auto taken = near.feed(request + unit::get("/get?name=x"));
  REQUIRE(taken.size() == 1);
  const auto behind =
      near.answer_to(taken[0], counter::backup{counter::outcome::ok, "/data/backups/a"});
  REQUIRE(behind.size() == 1);
  near.complete(behind[0], {counter::outcome::ok, 5});
  const auto answers = near.take_answers();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].status == 201);
  CHECK(answers[0].body == "{\"path\":\"/data/backups/a\"}\n");
  CHECK(answers[1].body == "x: 5\n");
}
