#include "http/api/v1/list_exchange.hpp"
#include "tests/unit/v1/fake_shards.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using counter::outcome;
using counter::page;
using counter::page_request;
using counter::store_traits;
using http::v1::list_exchange;
using unit::answered;
using unit::fake_shard;
using unit::names_in;
using unit::requests_of;

namespace {

const page_request& page_of(const counter::request& request) {
  return std::get<page_request>(request);
}

/// Lets the shards reply to every pending request, in the order of the shards.
http::response run(list_exchange& list, const std::vector<fake_shard>& shards) {
  while (!list.is_done())
    for (auto& request : requests_of(list)) {
      auto page = shards[page_of(request).mailbox].list(page_of(request));
      list.take(answered(std::move(request), std::move(page)));
    }
  return list.response();
}

}  // namespace

TEST_CASE("list_exchange requests a page from every shard at once, no larger than needed") {
  list_exchange list{{"a", 10, "ab"}, store_traits::in_memory(3)};
  CHECK(list.is_long());
  CHECK_FALSE(list.is_done());
  const auto requests = requests_of(list);
  REQUIRE(requests.size() == 3);
  for (unsigned shard = 0; shard < 3; ++shard) {
    const auto& request = page_of(requests[shard]);
    CHECK(request.mailbox == shard);
    CHECK(request.prefix == "a");
    CHECK(request.after == "ab");
    CHECK(request.limit >= 1);
    CHECK(request.limit <= 11);
  }
  CHECK_FALSE(list.is_done());
  list_exchange alone{{"", 1000, ""}, store_traits::in_memory(1)};
  CHECK(page_of(requests_of(alone).at(0)).limit == 1001);
  list_exchange shared{{"", 1000, ""}, store_traits::in_memory(1024)};
  CHECK(page_of(requests_of(shared).at(0)).limit < 100);
}

TEST_CASE("list_exchange sends requests only to the mailboxes that serve lists") {
  store_traits store;
  store.mailboxes = 9;
  store.first_list = 4;
  store.lists = 3;
  list_exchange list{{"", 100, ""}, store};
  std::vector<fake_shard> shards(4);
  shards.insert(shards.end(), {fake_shard{{"a", "d"}}, fake_shard{{"c"}}, fake_shard{{"b", "e"}}});
  auto requests = requests_of(list);
  REQUIRE(requests.size() == 3);
  for (unsigned i = 0; i < 3; ++i)
    CHECK(page_of(requests[i]).mailbox == 4 + i);
  // Replies may arrive in any order.
  for (const unsigned i : {2, 0, 1}) {
    auto page = shards.at(page_of(requests[i]).mailbox).list(page_of(requests[i]));
    list.take(answered(std::move(requests[i]), std::move(page)));
  }
  REQUIRE(list.is_done());
  CHECK(names_in(list.response()) == std::vector<std::string>{"a", "b", "c", "d", "e"});
}

TEST_CASE("list_exchange responds with an empty last page when there are no counters") {
  list_exchange list{{}, store_traits::in_memory(2)};
  const auto response = run(list, std::vector<fake_shard>(2));
  CHECK(response.status == http::status::ok);
  CHECK(response.type == http::json_type);
  CHECK(response.body.view() == "{\"counters\":[],\"next_cursor\":null}\n");
  CHECK(response.fields.view() == "");
}

TEST_CASE("list_exchange describes each counter as a read does") {
  fake_shard shard{{"a"}};
  list_exchange list{{}, store_traits::in_memory(1)};
  CHECK(run(list, {shard}).body.view() ==
        "{\"counters\":[{\"name\":\"a\",\"value\":1,\"version\":7,\"expires_at\":null}],"
        "\"next_cursor\":null}\n");
}

TEST_CASE("list_exchange has a next_cursor and a Link only if more counters follow") {
  const std::vector<fake_shard> shards{fake_shard{{"a", "c"}}, fake_shard{{"b"}}};
  for (const std::size_t limit : {3u, 4u, 1000u}) {
    CAPTURE(limit);
    list_exchange list{{"", limit, ""}, store_traits::in_memory(2)};
    const auto response = run(list, shards);
    CHECK(names_in(response) == std::vector<std::string>{"a", "b", "c"});
    CHECK(unit::member(response.body.view(), "next_cursor") == "null");
    CHECK(response.fields.view() == "");
  }
  list_exchange first{{"", 2, ""}, store_traits::in_memory(2)};
  const auto response = run(first, shards);
  CHECK(names_in(response) == std::vector<std::string>{"a", "b"});
  CHECK(unit::member(response.body.view(), "next_cursor") == "\"62\"");
  CHECK(response.fields.view() == "Link: </v1/counters?limit=2&cursor=62>; rel=\"next\"\r\n");
  list_exchange second{{"", 2, "b"}, store_traits::in_memory(2)};
  const auto last = run(second, shards);
  CHECK(names_in(last) == std::vector<std::string>{"c"});
  CHECK(last.fields.view() == "");
}

TEST_CASE("list_exchange repeats the prefix, encoded, in the Link") {
  list_exchange list{{"a/\"b c&\xc3\xa9", 1, ""}, store_traits::in_memory(1)};
  const auto response = run(list, {fake_shard{{"a/\"b c&\xc3\xa9x", "a/\"b c&\xc3\xa9y"}}});
  CHECK(response.fields.view() ==
        "Link: </v1/counters?prefix=a%2F%22b%20c%26%C3%A9&limit=1&"
        "cursor=612f2262206326c3a978>; rel=\"next\"\r\n");
}

TEST_CASE("list_exchange merges the same page in whatever order shards reply") {
  const std::vector<fake_shard> shards{fake_shard{{"a", "e"}}, fake_shard{{"b", "d"}},
                                       fake_shard{{"c"}}};
  std::vector<std::size_t> order{0, 1, 2};
  do {
    list_exchange list{{"", 4, ""}, store_traits::in_memory(3)};
    auto requests = requests_of(list);
    REQUIRE(requests.size() == 3);
    for (const auto i : order) {
      CHECK_FALSE(list.is_done());
      auto page = shards[i].list(page_of(requests[i]));
      list.take(answered(std::move(requests[i]), std::move(page)));
    }
    REQUIRE(list.is_done());
    const auto response = list.response();
    CHECK(names_in(response) == std::vector<std::string>{"a", "b", "c", "d"});
    CHECK(unit::member(response.body.view(), "next_cursor") == "\"64\"");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("list_exchange requests the next page only from a shard whose page ran out") {
  list_exchange list{{"", 10, ""}, store_traits::in_memory(2)};
  auto requests = requests_of(list);
  REQUIRE(requests.size() == 2);
  list.take(answered(std::move(requests[0]), page{outcome::ok, {{"a", {}}}, false, "a"}));
  CHECK_FALSE(list.next_request().has_value());  // the other shard has not replied
  list.take(answered(std::move(requests[1]), page{outcome::ok, {{"b", {}}, {"z", {}}}, true, ""}));
  CHECK_FALSE(list.is_done());
  auto more = requests_of(list);
  REQUIRE(more.size() == 1);
  CHECK(page_of(more[0]).mailbox == 0);
  CHECK(page_of(more[0]).after == "a");
  list.take(answered(std::move(more[0]), page{outcome::ok, {{"c", {}}}, true, ""}));
  REQUIRE(list.is_done());
  CHECK(names_in(list.response()) == std::vector<std::string>{"a", "b", "c", "z"});
}

TEST_CASE("list_exchange goes on after an empty page that is not the last") {
  list_exchange list{{"", 10, ""}, store_traits::in_memory(1)};
  std::string reached;
  for (const auto* next : {"a", "b", "c"}) {
    auto requests = requests_of(list);
    REQUIRE(requests.size() == 1);
    CHECK(page_of(requests[0]).after == reached);
    reached = next;
    list.take(answered(std::move(requests[0]), page{outcome::ok, {}, false, reached}));
    CHECK_FALSE(list.is_done());
  }
  auto requests = requests_of(list);
  REQUIRE(requests.size() == 1);
  CHECK(page_of(requests[0]).after == "c");
  list.take(answered(std::move(requests[0]), page{outcome::ok, {{"d", {}}}, true, ""}));
  REQUIRE(list.is_done());
  CHECK(names_in(list.response()) == std::vector<std::string>{"d"});
}

TEST_CASE("list_exchange sends no request once the page is full") {
  list_exchange list{{"", 1, ""}, store_traits::in_memory(2)};
  auto requests = requests_of(list);
  REQUIRE(requests.size() == 2);
  list.take(
      answered(std::move(requests[0]), page{outcome::ok, {{"a", {}}, {"b", {}}}, false, "b"}));
  list.take(answered(std::move(requests[1]), page{outcome::ok, {{"x", {}}}, false, "x"}));
  CHECK(list.is_done());
  CHECK_FALSE(list.next_request().has_value());
  CHECK(names_in(list.response()) == std::vector<std::string>{"a"});
}

TEST_CASE("list_exchange responds with a shard's failure when all have replied") {
  for (const auto why : {outcome::overloaded, outcome::draining}) {
    for (const std::size_t refusing : {0u, 1u, 2u}) {
      CAPTURE(refusing);
      list_exchange list{{"", 10, ""}, store_traits::in_memory(3)};
      auto requests = requests_of(list);
      REQUIRE(requests.size() == 3);
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK_FALSE(list.is_done());
        // The other shards would need another request.
        auto page = i == refusing ? counter::page{why}
                                  : counter::page{outcome::ok, {{"a", {}}}, false, "a"};
        list.take(answered(std::move(requests[i]), std::move(page)));
      }
      REQUIRE(list.is_done());
      CHECK_FALSE(list.next_request().has_value());
      const auto response = list.response();
      CHECK(response.status == http::status::service_unavailable);
      CHECK(unit::code_in(response) == http::v1::text_of(http::v1::code_of(why)));
      CHECK(response.fields.view() == "");
    }
  }
}

TEST_CASE("list_exchange sends no request after a shard has failed") {
  list_exchange list{{"", 10, ""}, store_traits::in_memory(2)};
  auto request = list.next_request();
  REQUIRE(request.has_value());
  list.take(answered(std::move(*request), page{outcome::draining}));
  REQUIRE(list.is_done());
  CHECK(unit::code_in(list.response()) == "draining");
}
