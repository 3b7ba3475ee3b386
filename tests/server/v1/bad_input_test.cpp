#include "tests/cases/bad_requests.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace support;

namespace {

const std::string x = "/v1/counters/x";

}  // namespace

TEST_CASE("a bad request under /v1 gets a problem, and changes nothing") {
  for (const std::string shards : {"1", "4"}) {
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    REQUIRE(connection.ask(request("PUT", x + "?value=7")).status == 201);
    const auto before = connection.ask(get_request(x)).body;
    for (const auto& [status, code, text] : cases::bad_requests()) {
      CAPTURE(text.substr(0, 1000));
      const auto response = connection.ask(text);
      CHECK(defect_of_problem(response, status, code) == "");
      CHECK_FALSE(response.has("Connection"));
      CHECK(connection.ask(get_request(x)).body == before);
    }
    const auto all = object_of(connection.ask(get_request("/v1/counters")));
    CHECK(all.at("counters").as_array().size() == 1);
  }
}

TEST_CASE("an unsupported method is 405 with Allow, and OPTIONS is 204 with Allow") {
  server_process server;
  client connection{server.port()};
  const auto refused = connection.ask(request("PATCH", x));
  CHECK(defect_of_problem(refused, 405, "method-not-allowed") == "");
  const auto options = connection.ask(request("OPTIONS", x));
  CHECK(options.status == 204);
  for (const auto& response : {refused, options})
    CHECK(response.field("Allow") == "GET, HEAD, POST, PUT, DELETE, OPTIONS");
  CHECK(connection.ask(request("HEAD", "/v1/batch")).status == 405);
}

TEST_CASE("the body of a GET is ignored, whatever it is") {
  server_process server;
  client connection{server.port()};
  REQUIRE(connection.ask(request("PUT", x + "?value=7")).status == 201);
  for (const auto& target : {x, std::string{"/v1/counters"}, std::string{"/v1/info"}}) {
    CHECK(connection.ask(with_body("GET", target, "", "}{")).status == 200);
    CHECK(connection.ask(with_json("GET", target, R"({"delta":1})")).status == 200);
  }
  CHECK(value_of(connection, "x") == 7);
}
