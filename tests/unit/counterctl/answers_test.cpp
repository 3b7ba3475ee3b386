#include "counterctl/formats/answers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

using namespace counterctl;

TEST_CASE("answers of the API are read exactly") {
  const auto state = parse_state(
      R"({"name":"x","value":9223372036854775807,"previous":-9223372036854775808,"version":3,"created":false,"expires_at":null})");
  CHECK(state.value == INT64_MAX);
  CHECK(state.previous == INT64_MIN);
  CHECK(state.expires_at.empty());

  const auto page = parse_page(
      R"({"counters":[{"name":"a","value":1,"version":2,"expires_at":"2026-11-30T12:00:00.000Z"}],"next_cursor":"61"})");
  REQUIRE(page.counters.size() == 1);
  CHECK(page.counters[0].expires_at == "2026-11-30T12:00:00.000Z");
  CHECK(page.next_cursor == "61");
  CHECK_FALSE(parse_page(R"({"counters":[],"next_cursor":null})").next_cursor);

  const auto results = parse_results(
      R"({"results":[{"status":201,"name":"a","value":1,"version":2,"expires_at":null,"replayed":true},{"status":409,"code":"limit-reached","detail":"no","value":5,"version":1},{"status":204,"version":3}]})");
  REQUIRE(results.size() == 3);
  CHECK(results[0].is_replayed);
  CHECK(results[0].state->value == 1);
  CHECK_FALSE(results[1].is_success());
  CHECK(results[1].problem.value == 5);
  CHECK(results[2].is_success());
  CHECK_FALSE(results[2].state);
}

TEST_CASE("another program's answers are refused, and are no problem details") {
  for (const std::string body : {"", "<html>", "[]", "{}", "null", "5", R"({"counters":5})",
                                 R"({"results":[5]})", R"({"counters":[{}]})", "{\"name\":"}) {
    CAPTURE(body);
    CHECK_THROWS_AS(parse_state(body), std::runtime_error);
    CHECK_THROWS_AS(parse_page(body), std::runtime_error);
    CHECK_THROWS_AS(parse_results(body), std::runtime_error);
    CHECK(problem_of(body).code.empty());
    CHECK(problem_of(body).detail.empty());
  }
  CHECK(problem_of(std::string(10'000, '{')).code.empty());
}

TEST_CASE("is_answer() knows each answer, and no other") {
  using kind = answer_kind;
  struct {
    int status;
    std::string body;
    std::vector<kind> are;
  } const cases[] = {
      {200, R"({"name":"x","value":1,"version":2})", {kind::state}},
      {200, R"({"counters":[],"next_cursor":null})", {kind::page, kind::top}},
      {200, R"({"counters":[],"next_cursor":"61"})", {kind::page, kind::top}},
      {200, R"({"counters":[],"next_cursor":""})", {kind::top}},
      {200, R"({"counters":[],"seen":0})", {kind::top}},
      {200, R"({"results":[{"status":204},{"status":503}]})", {kind::results}},
      {200, R"({"results":[{"status":204}]})", {}},
      {200, R"({"deleted":3,"has_more":true})", {kind::deletion}},
      {200, R"({"deleted":3})", {}},
      {200, R"({"deleted":"3","has_more":false})", {}},
      {200, R"({"deleted":-1,"has_more":false})", {}},
      {200, R"({"deleted":1,"has_more":"no"})", {}},
      {200, R"({"version":"1.2.3","limits":{}})", {kind::info}},
      {200, R"({"metrics":[]})", {kind::stats}},
      {200, R"({"path":"/b"})", {kind::backup}},
      {200, "{}", {}},
      {200, "<html>", {}},
  };
  for (const auto& [status, body, are] : cases) {
    CAPTURE(body);
    for (const auto each : {kind::state, kind::page, kind::top, kind::results, kind::deletion,
                            kind::nothing, kind::info, kind::stats, kind::backup})
      CHECK(is_answer(status, body, {each, 2}) == (std::count(are.begin(), are.end(), each) > 0));
  }
  CHECK(is_answer(204, "", {kind::nothing}));
  CHECK_FALSE(is_answer(200, "", {kind::nothing}));
  CHECK_FALSE(is_answer(204, "", {kind::state}));
}

TEST_CASE("flatten() names the members of objects inside of objects") {
  using members = std::vector<std::pair<std::string, std::string>>;
  CHECK(flatten(R"({"a":{"b":1,"c":{"d":"x"}},"e":null,"f":[1,2]})") ==
        members{{"a.b", "1"}, {"a.c.d", "x"}, {"e", "null"}, {"f", "[1,2]"}});
}
