#include "http/api/route_table.hpp"
#include "tests/paths.hpp"

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

using http::effect;
using http::error_format;
using http::method;
using rights::scope;

namespace {

/// Paths with their methods, as named in OpenAPI.
using operations = std::set<std::pair<std::string, std::string>>;

constexpr std::pair<method, std::string_view> methods[] = {
    {method::get, "get"},     {method::head, "head"},      {method::post, "post"},
    {method::put, "put"},     {method::delete_, "delete"}, {method::options, "options"},
    {method::other, "patch"},
};

operations in_openapi() {
  std::ifstream file{COUNTERD_SOURCE_DIR "/http/api/v1/openapi.json"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto description = boost::json::parse(text);
  operations all;
  for (const auto& [path, item] : description.at("paths").as_object())
    for (const auto& [name, operation] : item.as_object())
      if (name != "parameters" && name != "description")
        all.emplace(path, name);
  return all;
}

operations in_table() {
  operations all;
  for (const auto& route : http::routes()) {
    const auto* routes = http::find_path(route.path).routes;
    REQUIRE(routes != nullptr);
    for (const auto& [method, name] : methods)
      if (contains(routes->methods, method))
        all.emplace(route.path, name);
  }
  return all;
}

}  // namespace

TEST_CASE("openapi.json has exactly the paths and methods of the route table") {
  const auto table = in_table();
  CHECK(table.size() > 30);
  CHECK(table == in_openapi());
}

TEST_CASE("find_path() and find() find every route of the table") {
  for (const auto& route : http::routes()) {
    CAPTURE(route.path);
    const auto* routes = http::find_path(route.path).routes;
    REQUIRE(routes != nullptr);
    for (const auto& [method, name] : methods)
      if (contains(route.methods, method))
        CHECK(routes->find(method) == &route);
  }
}

TEST_CASE("routes() has the routes of a path adjacent, with the same error format") {
  std::set<std::string_view> seen;
  std::string_view path;
  for (const auto& route : http::routes()) {
    CAPTURE(route.path);
    if (route.path != path)
      CHECK(seen.insert(route.path).second);
    path = route.path;
    CHECK(http::find_path(route.path).routes->errors == route.errors);
  }
}

TEST_CASE("routes() gives writing scopes to writing routes only") {
  const std::set<scope> of_writes{scope::add, scope::write, scope::remove, scope::admin};
  for (const auto& route : http::routes()) {
    CAPTURE(route.path);
    // A batch needs the scopes of its operations.
    if (route.path != "/v1/batch")
      CHECK(of_writes.contains(route.scope) == (route.effect == effect::writes));
  }
}

TEST_CASE("find() offers HEAD where a GET reads, and nowhere else") {
  const auto head = [](std::string_view path) {
    return http::find_path(path).routes->find(method::head);
  };
  CHECK(head("/get") != nullptr);
  CHECK(head("/v1/counters/x")->effect == effect::reads);
  CHECK(head("/inc") == nullptr);
  CHECK(head("/set") == nullptr);
  CHECK(head("/v1/batch") == nullptr);
}

TEST_CASE("find_path() separates segments before it decodes them") {
  struct {
    std::string_view raw_path;
    std::string_view path;  ///< empty: no such path
    std::string_view raw_name;
  } const cases[] = {
      {"/", "/", ""},
      {"/inc", "/inc", ""},
      {"/%69n%63", "/inc", ""},
      {"/inc/", "", ""},
      {"/inc%2F", "", ""},
      {"//inc", "", ""},
      {"inc", "", ""},
      {"", "", ""},
      {"*", "", ""},
      {"/INC", "", ""},
      {"/%in", "", ""},
      {"/v1", "", ""},
      {"/v1/", "", ""},
      {"/v1/counters", "/v1/counters", ""},
      {"/v1/counters/", "/v1/counters/{name}", ""},
      {"/v1/counters/x", "/v1/counters/{name}", "x"},
      {"/%761/c%6funters/a%2Fb", "/v1/counters/{name}", "a%2Fb"},
      {"/v1/counters/%", "/v1/counters/{name}", "%"},
      {"/v1/counters/{name}", "/v1/counters/{name}", "{name}"},
      {"/v1/counters/a/b", "", ""},
      {"/v1%2Fcounters/x", "", ""},
      {"/v1/admin/backup", "/v1/admin/backup", ""},
      {"/v1/admin", "", ""},
      {"/openapi.json", "/openapi.json", ""},
      {"/badge/x.svg", "/badge/{name}.svg", "x"},
      {"/badge/x.svg.json", "/badge/{name}.json", "x.svg"},
      {"/badge/x%2esvg", "/badge/{name}.svg", "x"},
      {"/%62adge/%78%2E%73v%67", "/badge/{name}.svg", "%78"},
      {"/badge/.svg", "/badge/{name}.svg", ""},
      {"/badge/x%2Fsvg", "", ""},
      {"/badge/svg", "", ""},
      {"/badge/%2", "", ""},
      {"/badge/g", "", ""},
      {"/badge/", "", ""},
  };
  for (const auto& [raw_path, path, raw_name] : cases) {
    CAPTURE(raw_path);
    const auto match = http::find_path(raw_path);
    CHECK((match.routes == nullptr ? "" : match.routes->path) == path);
    CHECK(match.raw_name == raw_name);
  }
}

TEST_CASE("errors_of_unknown() returns problem under /v1 and text elsewhere") {
  CHECK(http::errors_of_unknown("/v1") == error_format::problem);
  CHECK(http::errors_of_unknown("/v1/nope") == error_format::problem);
  CHECK(http::errors_of_unknown("/%761/nope") == error_format::problem);
  CHECK(http::errors_of_unknown("/v12") == error_format::text);
  CHECK(http::errors_of_unknown("/nope") == error_format::text);
  CHECK(http::errors_of_unknown("v1/nope") == error_format::text);
}
