#include "tests/unit/table_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

using namespace unit;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds ttl{10}, longer{20};
constexpr milliseconds moment{1};

}  // namespace

TEST_CASE("table::apply() of an add sets, retains or removes the expiry by ttl_mode") {
  using maybe_ttl = std::optional<seconds>;
  constexpr auto none = std::nullopt;
  struct {
    const char* description;
    maybe_ttl before;
    ttl_mode mode;
    maybe_ttl given, after;
  } const cases[] = {
      {"no ttl, no expiry", none, ttl_mode::if_absent, none, none},
      {"no ttl, an expiry", ttl, ttl_mode::if_absent, none, ttl},
      {"if absent, no expiry", none, ttl_mode::if_absent, longer, longer},
      {"if absent, an expiry", ttl, ttl_mode::if_absent, longer, ttl},
      {"refresh, no expiry", none, ttl_mode::refresh, longer, longer},
      {"refresh to later", ttl, ttl_mode::refresh, longer, longer},
      {"refresh to sooner", longer, ttl_mode::refresh, ttl, ttl},
      {"persist, no expiry", none, ttl_mode::persist, none, none},
      {"persist, an expiry", ttl, ttl_mode::persist, none, none},
  };
  for (const auto& [description, before, mode, given, after] : cases)
    for (const std::int64_t delta : {0, 1}) {
      CAPTURE(description);
      CAPTURE(delta);
      shard at;
      const auto expiry = [&at](maybe_ttl from_now) {
        return from_now ? std::optional{at.now + *from_now} : std::nullopt;
      };
      at.apply(set("hits", 5, before));
      const auto reply = at.apply(add("hits", {.operand = delta, .ttl = given, .ttl_mode = mode}));
      CHECK(reply.before == state{5, 1, expiry(before)});
      const bool changes = delta != 0 || before != after;
      CHECK(reply.after == state{5 + delta, changes ? 2u : 1u, expiry(after)});
      CHECK(at.state("hits") == reply.after);
      if (!after)
        continue;
      at.pass(*after - moment);
      CHECK(at.state("hits") == reply.after);
      at.pass(moment);
      CHECK_FALSE(at.state("hits"));
    }
}

TEST_CASE("additions with ttl_mode if_absent do not move the end of a fixed window") {
  shard at;
  const auto end = at.now + ttl;
  const auto hit = add("hits", {.operand = 1, .ttl = ttl});
  for (int i = 1; i <= 10; ++i, at.pass(seconds{1}))
    CHECK(at.apply(hit).after == state{i, static_cast<std::uint64_t>(i), end});
  CHECK(at.now == end);
  CHECK(at.apply(hit) == full_reply{outcome::ok, false, std::nullopt, state{1, 11, end + ttl}});
}

TEST_CASE("a counter exists until the millisecond before its expiry") {
  struct {
    const char* description;
    counter::full_command command;
    outcome alive, gone;
  } const cases[] = {
      {"read", get("hits"), outcome::ok, outcome::not_found},
      {"add", add("hits", {.operand = -1, .create = false}), outcome::ok, outcome::not_found},
      {"remove", erase("hits"), outcome::ok, outcome::not_found},
      {"if it exists", if_match(any(), set("hits", 1)), outcome::ok, outcome::precondition_failed},
      {"if it is this", if_match({.listed = {1}}, set("hits", 1)), outcome::ok,
       outcome::precondition_failed},
      {"if it does not exist", if_none_match(any(), set("hits", 1)), outcome::precondition_failed,
       outcome::ok},
      {"add to the largest", add("hits", 1), outcome::overflow, outcome::ok},
  };
  for (const auto& [description, command, alive, gone] : cases)
    for (const bool is_over : {false, true})
      for (const bool is_tidy : {false, true}) {
        CAPTURE(description);
        CAPTURE(is_over);
        CAPTURE(is_tidy);
        shard at;
        at.apply(set("hits", INT64_MAX, ttl));
        at.pass(is_over ? ttl : ttl - moment);
        if (is_tidy)
          CHECK(at.table.expire(at.now, 100));
        CHECK(at.table.size() == (is_over && is_tidy ? 0 : 1));
        const auto reply = at.apply(command);
        CHECK(reply.outcome == (is_over ? gone : alive));
        CHECK(reply.before.has_value() == !is_over);
      }
}

TEST_CASE("short commands see expiries, and an add retains them") {
  shard at;
  at.apply(set("hits", 7, ttl));
  at.pass(ttl - moment);
  CHECK(at.apply(operation::get, "hits").value == 7);
  CHECK(at.apply(operation::add, "hits", 1).value == 8);
  CHECK(at.state("hits")->expires_at == at.now + moment);  // retained
  at.pass(moment);
  CHECK(at.apply(operation::get, "hits").outcome == outcome::not_found);
  // A new counter, without the former expiry.
  CHECK(at.apply(operation::add, "hits", 1).value == 1);
  CHECK(at.state("hits") == state{1, 3});
  at.pass(longer);
  CHECK(at.apply(operation::get, "hits").value == 1);
}

TEST_CASE("a short add to a counter that has just expired starts at 0") {
  shard at;
  at.apply(set("hits", INT64_MAX, ttl));
  at.pass(ttl);
  CHECK(at.apply(operation::add, "hits", 1).value == 1);
  CHECK(at.state("hits") == state{1, 2});
  CHECK(at.table.size() == 1);
}

TEST_CASE("a set without a ttl removes the expiry, short or full") {
  for (const bool in_short : {true, false}) {
    CAPTURE(in_short);
    shard at;
    at.apply(set("hits", 7, ttl));
    if (in_short)
      at.apply(operation::set, "hits", 7);
    else
      at.apply(set("hits", 7));
    CHECK(at.state("hits") == state{7, 2});
    at.pass(ttl);
    at.table.expire(at.now, 100);
    CHECK(at.state("hits") == state{7, 2});
  }
}

TEST_CASE("a counter that is created again does not inherit the former expiry") {
  shard at;
  at.apply(set("hits", 7, ttl));
  at.apply(erase("hits"));
  at.apply(set("hits", 8));
  at.pass(longer);
  CHECK(at.table.expire(at.now, 100));
  CHECK(at.state("hits") == state{8, 3});
}

TEST_CASE("a table's time never runs backwards") {
  shard at;
  at.apply(set("short", 1, ttl));
  at.apply(set("long", 2, longer));
  at.pass(ttl);
  CHECK_FALSE(at.state("short"));
  const auto latest = at.now;
  at.now -= seconds{3'600};
  CHECK_FALSE(at.state("short"));
  CHECK(at.state("long"));
  CHECK(at.apply(set("new", 3, ttl)).after->expires_at == latest + ttl);
  at.now = latest + ttl - moment;
  CHECK(at.state("new"));
  at.pass(moment);
  CHECK_FALSE(at.state("new"));
  CHECK_FALSE(at.state("long"));
}

TEST_CASE("every read, list, short command and expire() advances the table's time") {
  for (int call = 0; call < 4; ++call) {
    CAPTURE(call);
    shard at;
    at.apply(set("hits", 7, ttl));
    const auto end = at.now + ttl;
    at.now = end;
    counter::table::budget steps = 0;
    if (call == 0)
      at.state("others");
    else if (call == 1)
      at.table.list({}, at.now, steps);
    else if (call == 2)
      at.apply(operation::get, "others");
    else
      at.table.expire(at.now, 0);
    at.now = end - moment;
    CHECK_FALSE(at.state("hits"));
  }
}

TEST_CASE("table::expire() erases up to its steps, the first to expire first, and frees room") {
  shard at{5};
  for (const auto* name : {"a", "b", "c", "d"})
    at.apply(set(name, 1, ttl));
  at.apply(set("e", 1, longer));
  at.pass(ttl);
  CHECK_FALSE(at.table.expire(at.now, 0));
  CHECK(at.table.size() == 5);
  CHECK_FALSE(at.table.expire(at.now, 3));
  CHECK(at.table.size() == 2);
  CHECK(at.table.expire(at.now, 1));
  CHECK(at.table.size() == 1);
  CHECK(at.table.expire(at.now, 0));
  CHECK(at.state("e"));
}

TEST_CASE("table::apply() without room erases expired counters to create new ones") {
  for (const bool in_short : {true, false}) {
    CAPTURE(in_short);
    shard at{3};
    const auto create = [&](const std::string& name) {
      return in_short ? at.apply(operation::add, name, 1).outcome : at.apply(add(name, 1)).outcome;
    };
    at.apply(set("a", 1, ttl));
    at.apply(set("b", 1, ttl));
    at.apply(set("c", 1, longer));
    at.pass(ttl - moment);
    CHECK(create("d") == outcome::too_many_counters);
    at.pass(moment);
    CHECK(create("d") == outcome::ok);
    CHECK(create("e") == outcome::ok);
    CHECK(create("f") == outcome::too_many_counters);
    CHECK(at.state("c"));
    CHECK(at.table.size() == 3);
  }
}

TEST_CASE("counters that one table expires are room for another") {
  counter::quota counters{1}, idempotency_records{0};
  shard left{counters, idempotency_records}, right{counters, idempotency_records};
  left.apply(set("a", 1, ttl));
  left.pass(ttl);
  right.pass(ttl);
  CHECK(right.apply(add("b", 1)).outcome == outcome::too_many_counters);
  left.table.expire(left.now, 1);
  CHECK(right.apply(add("b", 1)).outcome == outcome::ok);
  CHECK(left.apply(add("a", 1)).outcome == outcome::too_many_counters);
}
