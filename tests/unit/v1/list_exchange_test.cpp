#include "http/api/v1/list_exchange.hpp"

#include "http/api/v1/counter_reply.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <utility>

using counter::outcome;
using counter::page;
using http::v1::list_exchange;
using unit::answered;
using unit::requests_of;

namespace {

/// Returns the response of a list to the store's page.
http::response response_to(page page, const http::v1::list_parameters& parameters = {}) {
  list_exchange list{parameters};
  auto requests = requests_of(list);
  REQUIRE(requests.size() == 1);
  CHECK_FALSE(list.is_done());
  list.take(answered(std::move(requests[0]), std::move(page)));
  REQUIRE(list.is_done());
  CHECK_FALSE(list.next_request().has_value());
  return list.response();
}

}  // namespace

TEST_CASE("list_exchange sends one request with its parameters") {
  list_exchange list{{"a", 10, "ab"}};
  CHECK(list.is_long());
  CHECK(list.is_ordered());
  CHECK_FALSE(list.is_done());
  const auto requests = requests_of(list);
  REQUIRE(requests.size() == 1);
  const auto& request = std::get<counter::page_request>(requests[0]);
  CHECK(request.prefix == "a");
  CHECK(request.after == "ab");
  CHECK(request.limit == 10);
}

TEST_CASE("list_exchange responds with an empty last page when there are no counters") {
  const auto response = response_to({.is_last = true});
  CHECK(response.status == http::status::ok);
  CHECK(response.type == http::json_type);
  CHECK(response.body.view() == "{\"counters\":[],\"next_cursor\":null}\n");
  CHECK(response.fields.view() == "");
}

TEST_CASE("list_exchange describes each counter as a read does") {
  const auto response = response_to({outcome::ok, {{"a", {1, 7}}}, true, ""});
  CHECK(response.body.view() ==
        "{\"counters\":[{\"name\":\"a\",\"value\":1,\"version\":7,\"expires_at\":null}],"
        "\"next_cursor\":null}\n");
}

TEST_CASE("list_exchange has a next_cursor and a Link only if more counters follow") {
  const auto last = response_to({outcome::ok, {{"c", {}}}, true, ""}, {"", 2, "b"});
  CHECK(unit::member(last.body.view(), "next_cursor") == "null");
  CHECK(last.fields.view() == "");
  const auto first = response_to({outcome::ok, {{"a", {}}, {"b", {}}}, false, "b"}, {"", 2, ""});
  CHECK(unit::member(first.body.view(), "next_cursor") == "\"62\"");
  CHECK(first.fields.view() == "Link: </v1/counters?limit=2&cursor=62>; rel=\"next\"\r\n");
}

TEST_CASE("list_exchange repeats the prefix, encoded, in the Link") {
  const auto response =
      response_to({outcome::ok, {}, false, "a/\"b c&\xc3\xa9x"}, {"a/\"b c&\xc3\xa9", 1, ""});
  CHECK(response.fields.view() ==
        "Link: </v1/counters?prefix=a%2F%22b%20c%26%C3%A9&limit=1&"
        "cursor=612f2262206326c3a978>; rel=\"next\"\r\n");
}

TEST_CASE("list_exchange responds with the store's failure") {
  for (const auto failure : {outcome::overloaded, outcome::draining}) {
    const auto response = response_to(page{failure});
    CHECK(response.status == http::status::service_unavailable);
    CHECK(unit::code_in(response) == http::v1::text_of(http::v1::code_of(failure)));
    CHECK(response.fields.view() == "");
  }
}
