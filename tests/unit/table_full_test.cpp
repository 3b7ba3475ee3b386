#include "tests/unit/table_support.hpp"

#include "tests/unit/allocations.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

using namespace unit;

namespace {

constexpr std::chrono::seconds ttl{10};

/// True if the reply has the outcome and `current` as the states before and after.
bool refuses(const full_reply& reply, outcome outcome, const std::optional<state>& current) {
  return reply == full_reply{outcome, false, current, current};
}

}  // namespace

TEST_CASE("table::apply() of a full set returns the states before and after") {
  shard at{100, 100, /*version=*/1'000};
  const state first{INT64_MAX, 1'001}, second{INT64_MIN, 1'002, at.now + ttl}, third{0, 1'003};
  CHECK(at.apply(set("hits", INT64_MAX)) == full_reply{outcome::ok, false, std::nullopt, first});
  CHECK(at.apply(set("hits", INT64_MIN, ttl)) == full_reply{outcome::ok, false, first, second});
  CHECK(at.apply(set("hits", 0)) == full_reply{outcome::ok, false, second, third});
  CHECK(at.apply(get("hits")) == full_reply{outcome::ok, false, third, third});
  CHECK(at.table.size() == 1);
}

TEST_CASE("table::apply() of a full add returns the states before and after") {
  shard at;
  const state first{105, 1}, second{103, 2};
  const counter::parameters parameters{.operand = 5, .initial = 100};
  CHECK(at.apply(add("hits", parameters)) == full_reply{outcome::ok, false, std::nullopt, first});
  CHECK(at.apply(add("hits", -2)) == full_reply{outcome::ok, false, first, second});
  CHECK(at.state("hits") == second);
}

TEST_CASE("table::apply() of a remove deletes the counter, and the next returns not_found") {
  shard at;
  at.apply(set("hits", 7));
  at.apply(set("others", 8));
  CHECK(at.apply(erase("hits")) == full_reply{outcome::ok, false, state{7, 1}, std::nullopt, 3});
  CHECK(refuses(at.apply(get("hits")), outcome::not_found, std::nullopt));
  CHECK(refuses(at.apply(erase("hits")), outcome::not_found, std::nullopt));
  CHECK(at.apply(operation::get, "hits").outcome == outcome::not_found);
  CHECK(at.apply(operation::get, "others").value == 8);
  CHECK(at.table.size() == 1);
}

TEST_CASE("table::apply() that refuses changes nothing and returns the current state") {
  const counter::parameters over{.operand = INT64_MAX};
  const counter::parameters bound{.operand = 1, .max = 5};
  const counter::parameters out_of_bounds{
      .operand = 1, .initial = 9, .max = 5, .on_limit = on_limit::clamp};
  auto not_created = bound;
  not_created.create = false;
  struct {
    full_command command;
    bool exists;
    outcome expected;
  } const cases[] = {
      {add("hits", over), true, outcome::overflow},
      {add("hits", bound), true, outcome::limit_reached},
      {add("hits", not_created), true, outcome::limit_reached},
      {if_match({.listed = {99}}, set("hits", 1)), true, outcome::precondition_failed},
      {if_match({.listed = {99}}, add("hits", 1)), true, outcome::precondition_failed},
      {if_match({.listed = {99}}, erase("hits")), true, outcome::precondition_failed},
      {if_none_match(any(), set("hits", 1)), true, outcome::precondition_failed},
      {add("none", {.operand = 1, .initial = INT64_MAX}), false, outcome::overflow},
      {add("none", {.operand = 6, .max = 5}), false, outcome::limit_reached},
      {add("none", out_of_bounds), false, outcome::limit_reached},
      {add("none", not_created), false, outcome::not_found},
      {erase("none"), false, outcome::not_found},
      {if_match(any(), set("none", 1)), false, outcome::precondition_failed},
      {if_match(any(), add("none", not_created)), false, outcome::precondition_failed},
      {if_match(any(), erase("none")), false, outcome::precondition_failed},
  };
  for (const auto& [command, exists, expected] : cases) {
    CAPTURE(model::text(command));
    shard at;
    at.apply(set("hits", 7, ttl));
    const auto before = at.state("hits");
    CHECK(refuses(at.apply(command), expected, exists ? before : std::nullopt));
    CHECK(at.state("hits") == before);
    CHECK(at.table.size() == 1);
    CHECK(at.apply(set("next", 0)).after->version == before->version + 1);
  }
}

TEST_CASE("table::apply() gives out a version exactly if something changes") {
  const counter::parameters clamped{.operand = 3, .max = 7, .on_limit = on_limit::clamp};
  auto clamped_with_ttl = clamped;
  clamped_with_ttl.ttl = std::chrono::seconds{99};
  clamped_with_ttl.ttl_mode = ttl_mode::refresh;
  struct {
    const char* description;
    full_command command;
    bool changes;
  } const cases[] = {
      {"a read", get("hits"), false},
      {"set", set("hits", 8), true},
      {"set to what it is", set("hits", 7, ttl), true},
      {"moved", add("hits", 1), true},
      {"not moved", add("hits", 0), false},
      {"clamped to no movement", add("hits", clamped), false},
      {"clamped to no movement, with an expiry", add("hits", clamped_with_ttl), false},
      {"an expiry that it has", add("hits", {.ttl = ttl}), false},
      {"another, if it had none", add("hits", {.ttl = 2 * ttl}), false},
      {"the same again", add("hits", {.ttl = ttl, .ttl_mode = ttl_mode::refresh}), false},
      {"another", add("hits", {.ttl = 2 * ttl, .ttl_mode = ttl_mode::refresh}), true},
      {"no expiry any more", add("hits", {.ttl_mode = ttl_mode::persist}), true},
  };
  for (const auto& [description, command, changes] : cases) {
    CAPTURE(description);
    shard at{100, 100, 40};
    at.apply(set("hits", 7, ttl));
    const auto reply = at.apply(command);
    CHECK(reply.outcome == outcome::ok);
    CHECK(reply.before->version == 41);
    CHECK(reply.after->version == (changes ? 42 : 41));
    if (!changes)
      CHECK(reply.after == reply.before);
    CHECK(at.state("hits") == reply.after);
  }
}

TEST_CASE("table::apply() of an add of 0 that creates a counter gives out a version") {
  shard at;
  CHECK(at.apply(add("hits", 0)).after == state{0, 1});
  // Even if a clamp does not move the value.
  const counter::parameters stuck{
      .operand = 1, .initial = 5, .max = 5, .on_limit = on_limit::clamp, .ttl = ttl};
  CHECK(at.apply(add("others", stuck)) ==
        full_reply{outcome::ok, false, std::nullopt, state{5, 2, at.now + ttl}});
}

TEST_CASE("short and full commands give out versions alike") {
  shard at;
  at.apply(operation::add, "hits", 1);
  CHECK(at.state("hits") == state{1, 1});
  at.apply(operation::set, "hits", 1);
  CHECK(at.state("hits") == state{1, 2});
  at.apply(operation::get, "hits");
  CHECK(at.apply(add("hits", 1)).after == state{2, 3});
  at.apply(operation::set, "hits", INT64_MAX);
  CHECK(at.apply(operation::add, "hits", 1).outcome == outcome::overflow);
  CHECK(at.state("hits") == state{INT64_MAX, 4});
}

TEST_CASE("a table gives out no version twice, though counters are removed and expire") {
  shard at;
  std::set<std::uint64_t> used;
  std::uint64_t last = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string name = i % 3 == 0 ? "a" : "b";
    const auto reply = at.apply(add(name, {.operand = 1, .ttl = std::chrono::seconds{1}}));
    REQUIRE(used.insert(reply.after->version).second);
    REQUIRE(reply.after->version > last);
    last = reply.after->version;
    if (i % 5 == 0)
      at.apply(erase(name));
    if (i % 7 == 0)
      at.pass(std::chrono::seconds{1});
  }
}

TEST_CASE("table::apply() without room refuses only what would create a counter") {
  shard at{1};
  at.apply(set("hits", 7));
  for (const auto& command : {set("others", 1), add("others", 1)}) {
    CHECK(refuses(at.apply(command), outcome::too_many_counters, std::nullopt));
    CHECK(at.table.size() == 1);
  }
  // The sum is checked before the room.
  CHECK(at.apply(add("others", {.operand = 1, .max = 0})).outcome == outcome::limit_reached);
  CHECK(at.apply(add("others", {.create = false})).outcome == outcome::not_found);
  CHECK(at.apply(add("hits", 1)).outcome == outcome::ok);
  CHECK(at.apply(set("hits", 1)).outcome == outcome::ok);
  CHECK(at.apply(erase("hits")).outcome == outcome::ok);
  // Refused commands took neither room nor a version.
  CHECK(at.apply(set("others", 1)).after == state{1, 5});
}

TEST_CASE("counters that are created and removed leave no memory behind") {
  shard at;
  make_order(at);
  const auto come_and_go = [&at](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      const std::string name(1 + static_cast<std::size_t>(i % 200), 'x');
      at.apply(set(name, 1, ttl));
      at.apply(erase(name));
    }
  };
  come_and_go(200);
  const auto before = unit::allocations::now().live_bytes;
  come_and_go(20'000);
  CHECK(unit::allocations::now().live_bytes <= before + 4 * 1024);
}
