#include "http/api/router.hpp"
#include "http/protocol/request.hpp"
#include "tests/cases/text_requests.hpp"
#include "tests/unit/support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

using counter::operation;
using http::method;
using http::status;

namespace {

const http::v1::server_info no_info;

http::action route(http::method method, std::string_view target, http::router& router) {
  http::request request;
  request.method = method;
  request.target = target;
  auto action = router.route(request, {.is_local = true});
  // An action may borrow from the target, but no longer from this request.
  if (const auto* command = std::get_if<counter::command>(&action)) {
    static std::string name;
    name = command->name;
    return counter::command{command->operation, name, command->operand};
  }
  return action;
}

}  // namespace

TEST_CASE("router::route() turns the text endpoints into commands") {
  struct {
    http::method method;
    std::string_view target;
    counter::operation operation;
    std::string_view name;
    std::int64_t operand;
  } const cases[] = {
      {method::get, "/get?name=x", operation::get, "x", 0},
      {method::head, "/get?name=x", operation::get, "x", 0},
      {method::post, "/get?name=x", operation::get, "x", 0},
      {method::get, "/inc?name=x", operation::add, "x", 1},
      {method::post, "/inc?name=x", operation::add, "x", 1},
      {method::get, "/set?name=x&val=0", operation::set, "x", 0},
      {method::post, "/set?val=-5&name=x", operation::set, "x", -5},
      {method::get, "/set?name=x&val=%2B5", operation::set, "x", 5},
      {method::get, "/set?name=x&val=9223372036854775807", operation::set, "x", INT64_MAX},
      {method::get, "/set?name=x&val=-9223372036854775808", operation::set, "x", INT64_MIN},
      {method::get, "/set?name=%76al&val=7", operation::set, "val", 7},
      {method::get, "/set?name=%41%20b&val=%37", operation::set, "A b", 7},
      {method::get, "/inc?name=a+b", operation::add, "a b", 1},
      {method::get, "/inc?name=a%2Fb", operation::add, "a/b", 1},
      {method::get, "/inc?name=%C3%A9", operation::add, "\xc3\xa9", 1},
      {method::get, "/%69nc?name=x", operation::add, "x", 1},
      {method::get, "/inc?name=x&unknown=1&unknown=2", operation::add, "x", 1},
      {method::get, "/get?name=x&val=1&val=2", operation::get, "x", 0},
      {method::get, "http://elsewhere/inc?name=x", operation::add, "x", 1},
  };
  for (const auto& [method, target, operation, name, operand] : cases) {
    CAPTURE(target);
    http::router router{no_info};
    const auto action = route(method, target, router);
    REQUIRE(std::holds_alternative<counter::command>(action));
    const auto& command = std::get<counter::command>(action);
    CHECK(command.operation == operation);
    CHECK(command.name == name);
    CHECK(command.operand == operand);
  }
}

TEST_CASE("router::route() responds with one line to missing, invalid or repeated parameters") {
  for (const auto& [target, mentions] : cases::bad_text_targets()) {
    CAPTURE(target);
    http::router router{no_info};
    const auto action = route(method::get, target, router);
    REQUIRE(std::holds_alternative<http::response>(action));
    const auto& response = std::get<http::response>(action);
    CHECK(response.status == status::bad_request);
    const auto body = response.body.view();
    CHECK(body.find(mentions) != body.npos);
    CHECK(body.find('\n') == body.size() - 1);
    CHECK(response.allow == "");
  }
  http::router router{no_info};
  CHECK(std::get<http::response>(route(method::head, "*", router)).status == status::bad_request);
}

TEST_CASE("router::route() takes a name of 256 decoded bytes and no more") {
  http::router router{no_info};
  std::string encoded;
  for (int i = 0; i < 256; ++i)
    encoded += "%78";
  const auto longest = route(method::get, "/inc?name=" + encoded, router);
  REQUIRE(std::holds_alternative<counter::command>(longest));
  CHECK(std::get<counter::command>(longest).name == std::string(256, 'x'));
  const auto longer = route(method::get, "/inc?name=" + encoded + "x", router);
  REQUIRE(std::holds_alternative<http::response>(longer));
  CHECK(std::get<http::response>(longer).status == status::bad_request);
}

TEST_CASE("router::route() responds itself to unknown paths and methods, and to OPTIONS") {
  for (const auto& [text, code, allow] : cases::text_requests()) {
    CAPTURE(text);
    const auto request = unit::parsed(text);
    http::router router{no_info};
    const auto action = router.route(request, {.is_local = true});
    REQUIRE(std::holds_alternative<http::response>(action));
    const auto& response = std::get<http::response>(action);
    CHECK(static_cast<int>(response.status) == code);
    CHECK(response.allow == allow);
    CHECK(response.body.view().empty() == (code == 204));
  }
}
