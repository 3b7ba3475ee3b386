// The exchanges that look at every counter with a prefix.

#include "counter/limits.hpp"
#include "http/api/v1/cursor.hpp"
#include "http/api/v1/group_exchange.hpp"
#include "http/api/v1/removal_exchange.hpp"
#include "http/api/v1/top_exchange.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

using counter::outcome;
using unit::answered;
using unit::member;
using unit::requests_of;

namespace {

using counters = std::map<std::string, std::int64_t>;

/// The store's page of some counters.
counter::page page_of(const counters& all, const counter::page_request& request) {
  counter::page page;
  page.is_last = true;
  for (auto at = all.upper_bound(request.after); at != all.end(); ++at) {
    if (!at->first.starts_with(request.prefix)) {
      if (at->first > request.prefix)
        break;
      continue;
    }
    if (page.counters.size() == request.limit) {
      page.is_last = false;
      break;
    }
    page.counters.push_back({at->first, {at->second, 1}});
    page.reached = at->first;
  }
  return page;
}

/// Carries an exchange out, and returns its response. Counts its pages.
http::response respond(http::exchange& exchange, const counters& all, int* pages = nullptr) {
  CHECK(exchange.is_long());
  CHECK(exchange.is_ordered());
  while (!exchange.is_done()) {
    auto requests = requests_of(exchange);
    // One at a time, so that it does not fill the store's queue.
    REQUIRE(requests.size() == 1);
    const auto page = page_of(all, std::get<counter::page_request>(requests[0]));
    exchange.take(answered(std::move(requests[0]), page));
    if (pages != nullptr)
      ++*pages;
  }
  CHECK_FALSE(exchange.next_request().has_value());
  return exchange.response();
}

counters many(int count) {
  counters all;
  for (int i = 0; i < count; ++i)
    all["n" + std::to_string(100'000 + i)] = i;
  return all;
}

std::string body_of(const http::response& response) {
  CHECK(response.status == http::status::ok);
  return std::string{response.body.view()};
}

std::string names_in(const std::string& body, std::string_view list, std::string_view key) {
  std::string names;
  const auto parsed = boost::json::parse(body);
  for (const auto& element : parsed.at(list).as_array())
    names += std::string{element.at(key).as_string()} + " ";
  return names;
}

}  // namespace

TEST_CASE("top_exchange keeps the greatest values, and of equal ones the first names") {
  const counters all{{"a", 5}, {"b", -1}, {"c", 9}, {"d", 5}, {"e", 5}, {"x", 100}};
  http::v1::top_exchange three{{"", 3, ""}};
  const auto body = body_of(respond(three, all));
  CHECK(names_in(body, "counters", "name") == "x c a ");
  CHECK(member(body, "seen") == "6");
  http::v1::top_exchange most{{"", 1000, ""}};
  CHECK(names_in(body_of(respond(most, all)), "counters", "name") == "x c a d e b ");
  http::v1::top_exchange none{{"y", 10, ""}};
  CHECK(body_of(respond(none, all)) == "{\"counters\":[],\"seen\":0}\n");
}

TEST_CASE("top_exchange looks at all counters, a page at a time") {
  int pages = 0;
  http::v1::top_exchange top{{"n", 2, ""}};
  const auto body = body_of(respond(top, many(2500), &pages));
  CHECK(pages == 3);
  CHECK(names_in(body, "counters", "name") == "n102499 n102498 ");
  CHECK(member(body, "seen") == "2500");
}

TEST_CASE("group_exchange counts what has the delimiter behind the prefix, and lists the rest") {
  const counters all{{"a/1", 1}, {"a/2/x", 1}, {"a/2/y", 1}, {"b", 7}, {"b/1", 1}, {"c//d", 1}};
  http::v1::group_exchange root{{{"", 100, ""}, "/"}};
  const auto body = body_of(respond(root, all));
  CHECK(
      member(body, "prefixes") ==
      R"([{"prefix":"a/","counters":3},{"prefix":"b/","counters":1},{"prefix":"c/","counters":1}])");
  CHECK(names_in(body, "counters", "name") == "b ");
  CHECK(member(body, "next_cursor") == "null");
  http::v1::group_exchange below{{{"a/", 100, ""}, "/"}};
  const auto inner = body_of(respond(below, all));
  CHECK(member(inner, "prefixes") == R"([{"prefix":"a/2/","counters":2}])");
  CHECK(names_in(inner, "counters", "name") == "a/1 ");
  http::v1::group_exchange other{{{"", 100, ""}, "//"}};
  CHECK(member(body_of(respond(other, all)), "prefixes") == R"([{"prefix":"c//","counters":1}])");
}

TEST_CASE("group_exchange has the same groups, however long its pages are") {
  counters all;
  for (const std::string group : {"a/", "b/", "c/"})
    for (int i = 0; i < 1500; ++i)
      all[group + std::to_string(i)] = 1;
  all["b"] = all["d"] = 1;
  for (const std::size_t limit : {1, 2, 3, 5, 6}) {
    CAPTURE(limit);
    std::map<std::string, std::int64_t> groups;
    std::string singles, cursor;
    do {
      http::v1::group_exchange page{
          {{"", limit, http::v1::parse_cursor(cursor).value_or("")}, "/"}};
      const auto body = boost::json::parse(body_of(respond(page, all)));
      const auto& prefixes = body.at("prefixes").as_array();
      CHECK(prefixes.size() + body.at("counters").as_array().size() <= limit);
      for (const auto& group : prefixes)
        groups[std::string{group.at("prefix").as_string()}] += group.at("counters").as_int64();
      for (const auto& single : body.at("counters").as_array())
        singles += std::string{single.at("name").as_string()};
      const auto& next = body.at("next_cursor");
      cursor = next.is_null() ? "" : std::string{next.as_string()};
    } while (!cursor.empty());
    CHECK(groups == std::map<std::string, std::int64_t>{{"a/", 1500}, {"b/", 1500}, {"c/", 1500}});
    CHECK(singles == "bd");
  }
}

TEST_CASE("group_exchange looks at a bounded number of names, and goes on within a group") {
  counters all;
  constexpr int count = counter::limits::scan_max + 5000;
  for (int i = 0; i < count; ++i)
    all["a/" + std::to_string(i)] = 1;
  int pages = 0;
  http::v1::group_exchange first{{{"", 10, ""}, "/"}};
  const auto body = body_of(respond(first, all, &pages));
  CHECK(static_cast<std::size_t>(pages) == counter::limits::scan_max / counter::limits::page_max);
  CHECK(member(body, "prefixes") == R"([{"prefix":"a/","counters":100000}])");
  const auto cursor = member(body, "next_cursor");
  http::v1::group_exchange rest{
      {{"", 10, *http::v1::parse_cursor(cursor.substr(1, cursor.size() - 2))}, "/"}};
  CHECK(member(body_of(respond(rest, all)), "prefixes") == R"([{"prefix":"a/","counters":5000}])");
}

TEST_CASE("scans respond with the refusal of a page") {
  http::v1::top_exchange top{{"", 1, ""}};
  auto requests = requests_of(top);
  top.take(answered(std::move(requests[0]), counter::page{outcome::overloaded}));
  REQUIRE(top.is_done());
  CHECK(unit::code_in(top.response()) == "overloaded");
}

TEST_CASE("removal_exchange deletes what its page has, and says whether there is more") {
  const auto all = many(5);
  http::v1::removal_exchange removal{{"n", 3, ""}};
  auto listing = requests_of(removal);
  REQUIRE(listing.size() == 1);
  const auto page = page_of(all, std::get<counter::page_request>(listing[0]));
  removal.take(answered(std::move(listing[0]), page));
  auto deleting = requests_of(removal);
  REQUIRE(deleting.size() == 1);
  const auto& commands = std::get<counter::command_list>(deleting[0]);
  REQUIRE(commands.size() == 3);
  CHECK(commands[2].name == "n100002");
  CHECK((commands[2].parameters.operation == counter::operation::remove));
  CHECK_FALSE(removal.is_done());
  removal.take(answered(std::move(deleting[0]),
                        counter::reply_list{{outcome::ok}, {outcome::not_found}, {outcome::ok}}));
  REQUIRE(removal.is_done());
  CHECK(body_of(removal.response()) == "{\"deleted\":2,\"has_more\":true}\n");
}

TEST_CASE("removal_exchange tells nothing wrong when something is refused") {
  struct {
    counter::reply_list replies;
    std::string response;
  } const cases[] = {
      {{{outcome::ok}, {outcome::disk_full}}, R"({"deleted":1,"has_more":true})"},
      {{{outcome::disk_full}, {outcome::overloaded}}, "disk-full"},
      {{{outcome::ok}, {outcome::outcome_unknown}}, "outcome-unknown"},
      {{{outcome::not_found}, {outcome::not_found}}, R"({"deleted":0,"has_more":false})"},
  };
  for (const auto& [replies, expected] : cases) {
    CAPTURE(expected);
    http::v1::removal_exchange removal{{"", 10, ""}};
    auto listing = requests_of(removal);
    const auto page = page_of(many(2), std::get<counter::page_request>(listing[0]));
    removal.take(answered(std::move(listing[0]), page));
    auto deleting = requests_of(removal);
    REQUIRE(deleting.size() == 1);
    removal.take(answered(std::move(deleting[0]), replies));
    const auto response = removal.response();
    if (expected.starts_with('{'))
      CHECK(body_of(response) == expected + "\n");
    else
      CHECK(unit::code_in(response) == expected);
  }
}

TEST_CASE("removal_exchange ends when there is nothing to delete, or no list") {
  http::v1::removal_exchange empty{{"x", 10, ""}};
  CHECK(body_of(respond(empty, many(2))) == "{\"deleted\":0,\"has_more\":false}\n");
  http::v1::removal_exchange refused{{"x", 10, ""}};
  auto requests = requests_of(refused);
  refused.take(answered(std::move(requests[0]), counter::page{outcome::unreadable}));
  REQUIRE(refused.is_done());
  CHECK(unit::code_in(refused.response()) == "internal");
}
