#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace support;

namespace {

/// Names in byte order that other orders would rearrange.
const words ordered{"!",
                    "+",
                    "/",
                    "0",
                    "10",
                    "2",
                    "A",
                    "Z",
                    "a",
                    "a b",
                    "a/",
                    "a/b",
                    "a/c",
                    "aa",
                    "b",
                    "b%",
                    "b&limit=1",
                    "b\"",
                    "z",
                    "~",
                    "\xC3\xA9",
                    "\xE2\x82\xAC",
                    "\xF0\x9F\x98\x80"};

words sorted(words names) {
  std::sort(names.begin(), names.end());  // char_traits compares bytes
  return names;
}

json::object page(client& connection, const std::string& query) {
  const auto response = connection.ask(get_request("/v1/counters" + query));
  CHECK(response.status == 200);
  CHECK(response.field("Content-Type") == "application/json");
  CHECK(response.field("Cache-Control") == "no-store");
  return object_of(response);
}

}  // namespace

TEST_CASE("GET /v1/counters lists in byte order with any limit and number of shards") {
  for (const std::string shards : {"1", "4"}) {
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    CHECK(page(connection, "") == parsed(R"({"counters":[],"next_cursor":null})").as_object());
    for (auto name = ordered.rbegin(); name != ordered.rend(); ++name)
      REQUIRE(connection.ask(request("PUT", counter_path(*name, "value=1"))).status == 201);
    for (const std::size_t limit : {1, 2, 3, 22, 23, 24, 1000}) {
      CAPTURE(shards);
      CAPTURE(limit);
      const auto all = list_all(connection, "/v1/counters?limit=" + std::to_string(limit));
      CHECK(names_of(all) == sorted(ordered));
      for (const auto& one : all)
        CHECK(json::value(one) == json::value(object_of(connection.ask(
                                      get_request(counter_path(text_at(one, "name")))))));
    }
    CHECK(names_of(list_all(connection, "/v1/counters")) == sorted(ordered));
    const auto head = connection.ask(request("HEAD", "/v1/counters?limit=2"));
    CHECK(head.status == 200);
    CHECK(head.has("Link"));
    CHECK(head.body == "");
  }
}

TEST_CASE("prefix filters a list, and the Link repeats it") {
  for (const std::string shards : {"1", "4"}) {
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    for (const auto& name : ordered)
      REQUIRE(connection.ask(request("PUT", counter_path(name, "value=1"))).status == 201);
    for (const std::string prefix :
         {"", "a", "a/", "a/b", "b", "b%", "\xC3\xA9", "\xC3\xA9x", "no"})
      for (const std::string limit : {"1", "2", "100"}) {
        CAPTURE(prefix);
        CAPTURE(limit);
        words expected;
        for (const auto& name : sorted(ordered))
          if (name.starts_with(prefix))
            expected.push_back(name);
        const auto target = "/v1/counters?limit=" + limit + "&prefix=" + encoded(prefix);
        CHECK(names_of(list_all(connection, target)) == expected);
      }
  }
}

TEST_CASE("limit sets the size of a page, and only a page with a successor has a cursor") {
  server_process server{{"--shards", "4"}};
  client connection{server.port()};
  create_many(connection, "n", 1001);
  const struct {
    std::string query;
    std::size_t size;
    bool has_more;
  } table[] = {
      {"", 100, true},
      {"?limit=1", 1, true},
      {"?limit=1000", 1000, true},
      {"?limit=10&prefix=n00000", 10, false},
      {"?limit=9&prefix=n00000", 9, true},
      {"?limit=11&prefix=n00000", 10, false},
      {"?prefix=o", 0, false},
  };
  for (const auto& [query, size, has_more] : table) {
    CAPTURE(query);
    const auto found = page(connection, query);
    CHECK(found.at("counters").as_array().size() == size);
    CHECK(found.at("next_cursor").is_string() == has_more);
  }
  // The last thousand counters, then an empty page.
  const auto first = page(connection, "?limit=1");
  const auto rest = page(connection, "?limit=1000&cursor=" + text_at(first, "next_cursor"));
  CHECK(rest.at("counters").as_array().size() == 1000);
  CHECK(rest.at("next_cursor").is_null());
}

TEST_CASE("a cursor outlives its counter, and later counters appear behind it") {
  for (const std::string shards : {"1", "4"}) {
    server_process server{{"--shards", shards}};
    client connection{server.port()};
    create_many(connection, "n", 10);
    const auto cursor = text_at(page(connection, "?limit=3"), "next_cursor");
    for (const auto number : {2, 3, 9})
      REQUIRE(connection.ask(request("DELETE", counter_path(numbered("n", number)))).status == 204);
    REQUIRE(connection.ask(request("POST", "/v1/counters/m")).status == 201);
    REQUIRE(connection.ask(request("POST", "/v1/counters/n0000055")).status == 201);
    const auto target = "/v1/counters?limit=2&cursor=" + cursor;
    CHECK(names_of(list_all(connection, target)) ==
          words{"n000004", "n000005", "n0000055", "n000006", "n000007", "n000008"});
    CHECK(list_all(connection, target) == list_all(connection, target));
  }
}
