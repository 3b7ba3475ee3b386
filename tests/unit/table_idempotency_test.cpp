#include "tests/unit/table_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>

using namespace unit;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr milliseconds moment{1};

full_reply replayed(full_reply first) {
  first.is_replayed = true;
  return first;
}

}  // namespace

TEST_CASE("table::apply() of a keyed command again repeats the first reply and changes nothing") {
  shard at;
  at.apply(set("hits", 7));
  for (const auto& command :
       {keyed("add", add("hits", 1)), keyed("set", set("hits", 3, seconds{9})),
        keyed("same", set("hits", 3)), keyed("nothing", add("hits", 0)),
        keyed("remove", erase("hits")), keyed("create", add("hits", 2))}) {
    CAPTURE(command.idempotency_key);
    const auto first = at.apply(command);
    REQUIRE(first.outcome == outcome::ok);
    CHECK_FALSE(first.is_replayed);
    const auto after = at.state("hits");
    CHECK(at.apply(command) == replayed(first));
    CHECK(at.apply(command) == replayed(first));
    CHECK(at.state("hits") == after);
  }
}

TEST_CASE("table::apply() of a bind keeps its key to one fingerprint and changes no counter") {
  shard at;
  at.apply(set("k", 7));
  const auto bind = [](std::int64_t fingerprint) {
    auto command = keyed("k", {"k", {operation::bind, fingerprint}});
    command.position = full_command::whole_batch;
    command.idempotency_ttl = seconds{9};
    return command;
  };
  full_reply bound;
  bound.forget_at = at.now + seconds{9};
  bound.bound_at = at.now;
  CHECK(at.apply(bind(5)) == bound);
  at.pass(moment);
  bound.bound_at = at.now;
  CHECK(at.apply(bind(5)) == replayed(bound));
  CHECK(at.apply(bind(6)).outcome == outcome::key_mismatch);
  // A command on the counter of that name has a record of its own.
  CHECK(at.apply(keyed("k", add("k", 1))).after == state{8, 2});
  CHECK(at.state("k") == state{8, 2});
}

TEST_CASE(
    "a repeated keyed command gets its reply though the counter changed, expired or is gone") {
  shard at;
  const auto command = keyed("k", add("hits", {.operand = 1, .ttl = seconds{1}}));
  const auto first = at.apply(command);
  at.apply(add("hits", 5));
  CHECK(at.apply(command) == replayed(first));
  at.apply(erase("hits"));
  CHECK(at.apply(command) == replayed(first));
  CHECK_FALSE(at.state("hits"));  // nor created again
  at.apply(set("hits", 9, seconds{1}));
  at.pass(seconds{1});
  CHECK(at.apply(command) == replayed(first));
  CHECK_FALSE(at.state("hits"));
}

TEST_CASE("table::apply() checks the idempotency key before the condition and the operation") {
  shard at;
  const auto first = at.apply(if_none_match(any(), keyed("k", add("hits", 1))));
  REQUIRE(first.outcome == outcome::ok);
  // The condition no longer holds, but does not count.
  CHECK(at.apply(if_none_match(any(), keyed("k", add("hits", 1)))) == replayed(first));
  CHECK(at.apply(if_match({}, keyed("k", add("hits", 1)))) == replayed(first));
  CHECK(at.apply(keyed("k", add("hits", 1))) == replayed(first));
  CHECK(at.apply(if_match({}, keyed("k", add("hits", 2)))) == full_reply{outcome::key_mismatch});
}

TEST_CASE("table::apply() returns key_mismatch if any parameter differs") {
  const counter::parameters original{.operand = 1,
                                     .initial = 2,
                                     .min = -10,
                                     .max = 10,
                                     .on_limit = on_limit::clamp,
                                     .ttl = seconds{5}};
  const auto with = [&original](auto change) {
    auto other = original;
    change(other);
    return add("hits", other);
  };
  for (const auto& other :
       {with([](auto& o) { o.operand = 2; }), with([](auto& o) { o.initial = 3; }),
        with([](auto& o) { o.create = false; }), with([](auto& o) { o.min = -11; }),
        with([](auto& o) { o.min.reset(); }), with([](auto& o) { o.max = 11; }),
        with([](auto& o) { o.max.reset(); }), with([](auto& o) { o.on_limit = on_limit::reject; }),
        with([](auto& o) { o.ttl = seconds{6}; }), with([](auto& o) { o.ttl.reset(); }),
        with([](auto& o) { o.ttl_mode = ttl_mode::refresh; }), set("hits", 1), erase("hits")}) {
    CAPTURE(model::text(other));
    shard at;
    const auto first = at.apply(keyed("k", add("hits", original)));
    CHECK(at.apply(keyed("k", other)) == full_reply{outcome::key_mismatch});
    CHECK(at.state("hits") == first.after);
    // The record still has the original parameters.
    CHECK(at.apply(keyed("k", add("hits", original))) == replayed(first));
  }
}

TEST_CASE("idempotency keys of other names and other positions are different keys") {
  shard at;
  std::int64_t changes = 0;
  for (const auto* name : {"a", "b"})
    for (const auto* key : {"k", "l"})
      for (const auto position : {full_command::single, std::uint16_t{0}, std::uint16_t{1}}) {
        CHECK_FALSE(at.apply(keyed(key, add(name, 1), position)).is_replayed);
        CHECK(at.apply(keyed(key, add(name, 1), position)).is_replayed);
        ++changes;
      }
  CHECK(at.state("a")->value + at.state("b")->value == changes);
}

TEST_CASE("a keyed command that was refused is not remembered and may be tried again") {
  shard at{1};
  const auto missing = keyed("k", add("hits", {.operand = 5, .create = false, .max = 10}));
  CHECK(at.apply(missing).outcome == outcome::not_found);
  CHECK(at.apply(if_match(any(), missing)).outcome == outcome::precondition_failed);
  at.apply(set("others", 1));
  CHECK(at.apply(keyed("k", set("hits", 6))).outcome == outcome::too_many_counters);
  at.apply(erase("others"));
  at.apply(set("hits", 6));
  CHECK(at.apply(missing).outcome == outcome::limit_reached);
  CHECK(at.apply(keyed("k", add("hits", INT64_MAX))).outcome == outcome::overflow);
  at.apply(set("hits", 5));
  const auto reply = at.apply(missing);
  CHECK(reply.outcome == outcome::ok);
  CHECK_FALSE(reply.is_replayed);
  CHECK(at.apply(missing) == replayed(reply));
}

TEST_CASE("a keyed add that was clamped to no movement is remembered") {
  shard at;
  at.apply(set("hits", 10));
  const auto command =
      keyed("k", add("hits", {.operand = 5, .max = 10, .on_limit = on_limit::clamp}));
  const auto first = at.apply(command);
  CHECK(first == full_reply{outcome::ok, false, state{10, 1}, state{10, 1}});
  at.apply(set("hits", 0));
  CHECK(at.apply(command) == replayed(first));
  CHECK(at.state("hits") == state{0, 2});
}

TEST_CASE("keyed reads are not remembered") {
  shard at{1, 1};
  at.apply(set("hits", 1));
  CHECK(at.apply(keyed("k", get("hits"))).after == state{1, 1});
  at.apply(set("hits", 2));
  CHECK(at.apply(keyed("k", get("hits"))) ==
        full_reply{outcome::ok, false, state{2, 2}, state{2, 2}});
  CHECK(at.apply(keyed("k", add("hits", 1))).outcome == outcome::ok);
  CHECK(at.apply(keyed("k", get("hits"))).after == state{3, 3});
}

TEST_CASE(
    "table::apply() without room for the key returns idempotency_store_full, changes nothing") {
  shard at{10, 2};
  const auto first = at.apply(keyed("a", add("hits", 1)));
  const auto second = at.apply(keyed("b", add("hits", 1)));
  for (const auto& command : {keyed("c", add("hits", 1)), keyed("c", set("new", 1)),
                              keyed("c", erase("hits")), keyed("a", add("new", 1))})
    CHECK(at.apply(command) == full_reply{outcome::idempotency_store_full});
  CHECK(at.state("hits") == second.after);
  CHECK_FALSE(at.state("new"));
  // Remembered keys get their reply, commands without a key are applied.
  CHECK(at.apply(keyed("a", add("hits", 1))) == replayed(first));
  CHECK(at.apply(keyed("a", add("hits", 2))) == full_reply{outcome::key_mismatch});
  CHECK(at.apply(add("hits", 1)).outcome == outcome::ok);
  CHECK(at.apply(keyed("c", get("hits"))).outcome == outcome::ok);
}

TEST_CASE("a repeated keyed command gets its reply though there is no room for counters") {
  shard at{1};
  const auto first = at.apply(keyed("k", add("hits", 1)));
  at.apply(erase("hits"));
  at.apply(set("others", 1));
  CHECK(at.apply(keyed("k", add("hits", 1))) == replayed(first));
  CHECK(at.apply(keyed("l", add("hits", 1))).outcome == outcome::too_many_counters);
}

TEST_CASE("a keyed command that is refused takes no room for its key") {
  shard at{10, 1};
  for (int i = 0; i < 5; ++i) {
    CHECK(at.apply(keyed("k", erase("none"))).outcome == outcome::not_found);
    CHECK(at.apply(keyed("k", add("none", {.max = -1}))).outcome == outcome::limit_reached);
  }
  CHECK(at.apply(keyed("k", add("hits", 1))).outcome == outcome::ok);
}

TEST_CASE("an idempotency key is remembered until the millisecond before its time is over") {
  shard at{10, 1};
  const auto command = keyed("k", add("hits", 1));
  const auto first = at.apply(command);
  at.pass(idempotency_ttl - moment);
  at.table.expire(at.now, 100);
  CHECK(at.apply(command) == replayed(first));  // does not extend its time
  CHECK(at.apply(keyed("l", add("hits", 1))).outcome == outcome::idempotency_store_full);
  at.pass(moment);
  const auto second = at.apply(command);
  CHECK(second == full_reply{outcome::ok, false, state{1, 1}, state{2, 2}});
  CHECK(at.apply(command) == replayed(second));
  at.pass(idempotency_ttl);
  CHECK(at.apply(keyed("l", add("hits", 1))).outcome == outcome::ok);
}

TEST_CASE("table::expire() returns true only after it has forgotten the keys whose time is over") {
  counter::quota counters{10}, idempotency_records{3};
  shard left{counters, idempotency_records}, right{counters, idempotency_records};
  for (const auto* key : {"a", "b", "c"})
    left.apply(keyed(key, add("hits", 1)));
  left.pass(idempotency_ttl);
  CHECK(right.apply(keyed("a", add("hits", 1))).outcome == outcome::idempotency_store_full);
  CHECK_FALSE(left.table.expire(left.now, 2));
  CHECK(left.table.expire(left.now, 1));
  for (const auto* key : {"a", "b", "c"})
    CHECK(right.apply(keyed(key, add("hits", 1))).outcome == outcome::ok);
  CHECK(left.apply(keyed("d", add("hits", 1))).outcome == outcome::idempotency_store_full);
}
