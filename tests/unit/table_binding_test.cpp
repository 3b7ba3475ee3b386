// Operations of a batch whose key is bound, at times around the end of the binding.

#include "counter/limits.hpp"
#include "counter/shard/quota.hpp"
#include "tests/unit/durable_table_support.hpp"
#include "tests/unit/memory_ledger.hpp"
#include "tests/unit/table_support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace unit;
using counter::commit_result;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr milliseconds moment{1};
constexpr seconds grace = counter::limits::idempotency_grace;

full_command binding(seconds ttl) {
  auto command = keyed("k", {"k", {operation::bind, 5}}, full_command::whole_batch);
  command.idempotency_ttl = ttl;
  return command;
}

/// An operation whose binding gave `bound`.
full_command bound_by(const full_reply& bound, full_command command, std::uint16_t position = 0) {
  command = keyed("k", std::move(command), position);
  command.forget_at = bound.forget_at;
  command.bound_at = bound.bound_at;
  return command;
}

full_reply replayed(full_reply first) {
  first.is_replayed = true;
  return first;
}

}  // namespace

TEST_CASE("an operation is remembered for longer than the binding that it was sent with") {
  shard at;
  const auto bound = at.apply(binding(seconds{9}));
  const auto operation = bound_by(bound, add("hits", 1));
  at.now = bound.forget_at - moment;
  const auto first = at.apply(operation);
  CHECK(first.after == state{1, 1});
  for (const auto time : {bound.forget_at, bound.forget_at + grace - moment}) {
    at.now = time;
    CHECK(at.apply(operation) == replayed(first));
  }
  at.now = bound.forget_at + grace;
  CHECK(at.apply(operation) == full_reply{outcome::overloaded});
  CHECK(at.state("hits") == state{1, 1});
}

TEST_CASE("an operation that arrives when its binding is over is applied once, or refused") {
  shard at{10, 2};
  const auto bound = at.apply(binding(seconds{9}));
  at.now = bound.forget_at + grace - moment;
  const auto first = at.apply(bound_by(bound, add("hits", 1)));
  CHECK(first.after == state{1, 1});
  CHECK(at.apply(bound_by(bound, add("hits", 1))) == replayed(first));
  at.pass(moment);
  // It may have been applied and forgotten.
  CHECK(at.apply(bound_by(bound, add("hits", 1))) == full_reply{outcome::overloaded});
  CHECK(at.apply(bound_by(bound, set("new", 1), 1)) == full_reply{outcome::overloaded});
  CHECK(at.state("hits") == state{1, 1});
  CHECK_FALSE(at.state("new"));
  // Nor does it take room.
  CHECK(at.apply(keyed("l", add("hits", 1))).outcome == outcome::ok);
  CHECK(at.apply(keyed("m", add("hits", 1))).outcome == outcome::ok);
}

TEST_CASE("a batch whose key is bound anew is applied once more, and then repeated") {
  counter::quota counters{10}, records{10};
  shard at{counters, records};
  const auto old_binding = at.apply(binding(seconds{9}));
  const auto old_one = bound_by(old_binding, add("hits", 1));
  CHECK(at.apply(old_one).after == state{1, 1});
  at.now = old_binding.forget_at;
  const auto new_binding = at.apply(binding(seconds{9}));
  REQUIRE_FALSE(new_binding.is_replayed);
  const auto new_one = bound_by(new_binding, add("hits", 1));
  // A delayed operation of the first batch arrives after the key was bound again.
  CHECK(at.apply(old_one).is_replayed);
  const auto second = at.apply(new_one);
  CHECK(second == full_reply{outcome::ok, false, state{1, 1}, state{2, 2}});
  CHECK(at.apply(new_one) == replayed(second));
  CHECK(at.apply(old_one) == replayed(second));
  at.now = new_binding.forget_at + grace - moment;
  CHECK(at.apply(new_one) == replayed(second));
  CHECK(at.apply(old_one) == full_reply{outcome::overloaded});
  CHECK(at.state("hits") == state{2, 2});
  at.pass(moment);
  CHECK(at.table.expire(at.now, 100));
  CHECK(records.used() == 0);
}

TEST_CASE("a new binding takes the room of the old one's records for as long as they live") {
  counter::quota counters{10}, records{10}, bytes{10'000};
  counter::table table{
      {counters, records, idempotency_ttl, {5, 6}, 0, {}, nullptr, nullptr, &bytes}};
  const counter::time_point start{milliseconds{1'800'000'000'000}};
  const auto apply = [&](const full_command& command, counter::time_point now) {
    return table.apply(command, counter::siphash({5, 6}, command.name), now);
  };
  full_reply bound;
  bound.forget_at = start + seconds{9};
  CHECK(apply(bound_by(bound, add("hits", 1)), start).outcome == outcome::ok);
  const auto bytes_of_one = bytes.used();
  bound.forget_at = start + seconds{20};
  CHECK(apply(bound_by(bound, add("hits", 1)), start + seconds{9}).after == state{2, 2});
  CHECK(records.used() == 2);
  CHECK(bytes.used() == 2 * bytes_of_one);
  CHECK(table.expire(start + seconds{9} + grace, 100));
  CHECK(records.used() == 1);
  CHECK(apply(bound_by(bound, add("hits", 1)), start + seconds{19}).is_replayed);
  CHECK(table.expire(start + seconds{20} + grace, 100));
  CHECK(records.used() == 0);
  CHECK(bytes.used() == 0);
}

TEST_CASE("an operation is not applied before the time at which its key was bound") {
  shard at;
  const auto old_binding = at.apply(binding(seconds{9}));
  at.apply(bound_by(old_binding, add("hits", 1)));
  // Another shard, which has the key, is ahead by a moment and has bound it anew.
  at.now = old_binding.forget_at - moment;
  full_reply new_binding;
  new_binding.bound_at = old_binding.forget_at;
  new_binding.forget_at = new_binding.bound_at + seconds{9};
  CHECK(at.apply(bound_by(new_binding, add("hits", 1))).after == state{2, 2});
}

TEST_CASE("a batch that was remembered without a binding is repeated, up to ten seconds early") {
  shard at;
  auto unbound = keyed("k", add("hits", 1), 0);
  const auto first = at.apply(unbound);
  const auto forget_at = at.now + idempotency_ttl;
  full_reply bound;
  bound.forget_at = forget_at + seconds{30};
  at.now = forget_at - grace - moment;
  CHECK(at.apply(bound_by(bound, add("hits", 1))) == replayed(first));
  CHECK(at.apply(bound_by(bound, add("hits", 2))) == full_reply{outcome::key_mismatch});
  at.pass(moment);
  CHECK(at.apply(bound_by(bound, add("hits", 1))).after == state{2, 2});
  CHECK(at.apply(bound_by(bound, add("hits", 1))).is_replayed);
}

TEST_CASE("an operation with if_unknown repeats its reply while its binding lasts") {
  shard at;
  const auto bound = at.apply(binding(seconds{9}));
  const auto first = at.apply(bound_by(bound, add("hits", 1)));
  for (const auto forget_at :
       {std::optional<counter::time_point>{}, std::optional{counter::time_point{}}}) {
    auto repeats = keyed("k", add("hits", 1), 0);
    repeats.forget_at = forget_at;
    repeats.if_unknown = outcome::disk_full;
    CHECK(at.apply(repeats) == replayed(first));
    auto unknown = repeats;
    unknown.position = 1;
    CHECK(at.apply(unknown) == full_reply{outcome::disk_full});
    shard later;
    later.now = bound.bound_at;
    later.apply(bound_by(bound, add("hits", 1)));
    later.now = bound.forget_at - moment;
    CHECK(later.apply(repeats).is_replayed);
    later.pass(moment);
    CHECK(later.apply(repeats) == full_reply{outcome::disk_full});
    CHECK(later.state("hits") == state{1, 1});
  }
}

TEST_CASE("an operation that was refused because of its counter is refused again when repeated") {
  shard at{1};
  at.apply(set("hits", 6));
  const auto bound = at.apply(binding(seconds{9}));
  const std::vector<std::pair<outcome, full_command>> refused{
      {outcome::not_found, bound_by(bound, add("none", {.operand = 5, .create = false}), 1)},
      {outcome::not_found, bound_by(bound, erase("none"), 2)},
      {outcome::overflow, bound_by(bound, add("hits", INT64_MAX), 3)},
      {outcome::limit_reached, bound_by(bound, add("hits", {.operand = 5, .max = 10}), 4)},
      {outcome::precondition_failed, bound_by(bound, if_match({}, set("hits", 1)), 5)},
      {outcome::precondition_failed, bound_by(bound, if_match(any(), set("none", 1)), 6)},
  };
  std::vector<full_reply> first;
  for (const auto& [outcome, command] : refused) {
    first.push_back(at.apply(command));
    CHECK(first.back().outcome == outcome);
    CHECK_FALSE(first.back().is_replayed);
  }
  // Now each would succeed.
  at.apply(erase("hits"));
  for (std::size_t i = 0; i < refused.size(); ++i) {
    CAPTURE(i);
    CHECK(at.apply(refused[i].second) == replayed(first[i]));
  }
  auto other = refused[3].second;
  other.parameters.max = 11;
  CHECK(at.apply(other) == full_reply{outcome::key_mismatch});
  CHECK_FALSE(at.state("hits"));
  CHECK_FALSE(at.state("none"));
}

TEST_CASE("an operation that was refused for want of room is tried again when repeated") {
  counter::quota counters{1}, records{2};
  shard at{counters, records};
  at.apply(set("others", 1));
  const auto bound = at.apply(binding(seconds{9}));
  const auto operation = bound_by(bound, add("hits", 1));
  CHECK(at.apply(operation).outcome == outcome::too_many_counters);
  CHECK(records.used() == 1);
  at.apply(erase("others"));
  CHECK(at.apply(operation).after->value == 1);
  CHECK(at.apply(bound_by(bound, add("hits", 1), 1)).outcome == outcome::idempotency_store_full);
  CHECK(at.apply(bound_by(bound, erase("none"), 2)).outcome == outcome::idempotency_store_full);
  CHECK(records.used() == 2);
}

TEST_CASE("a durable_table replaces the records of an earlier binding, over restarts") {
  memory_ledger disk;
  const counter::time_point start{milliseconds{1'800'000'000'000}};
  const auto ask = [&disk](std::vector<full_command> commands, counter::time_point now) {
    disk.reopen();
    durable_shard at{disk, {.bytes_max = 0}};
    for (auto& command : commands)
      at.ask(std::move(command));
    REQUIRE(at.commit(now) == commit_result::ok);
    std::vector<full_reply> replies;
    for (std::size_t i = 0; i < commands.size(); ++i)
      replies.push_back(at.full_reply(i));
    return replies;
  };
  const auto old_binding = ask({binding(seconds{9})}, start).front();
  const auto old_one = bound_by(old_binding, add("hits", 1));
  CHECK(ask({old_one}, start).front().after->value == 1);
  // Found alive by its batch, which then takes its time.
  CHECK(ask({old_one}, start + seconds{19} - moment).front().is_replayed);
  CHECK(disk.committed.idempotency_records.size() == 2);

  const auto then = start + seconds{19} - moment;
  const auto new_binding = ask({binding(seconds{9})}, then).front();
  CHECK(new_binding.forget_at == then + seconds{9});
  const auto new_one = bound_by(new_binding, add("hits", 1));
  const auto replies = ask({new_one, new_one, old_one}, then);
  CHECK(replies[0].after->value == 2);
  CHECK_FALSE(replies[0].is_replayed);
  CHECK(replies[1] == replayed(replies[0]));
  CHECK(replies[2] == replayed(replies[0]));
  CHECK(ask({new_one}, then).front() == replayed(replies[0]));
  CHECK(ask({old_one}, start + seconds{19}).front() == replayed(replies[0]));
  CHECK(disk.committed.idempotency_records.size() == 2);
  CHECK(disk.committed.due.size() == 2);

  const auto last = new_binding.forget_at + grace;
  CHECK(ask({new_one}, last - moment).front() == replayed(replies[0]));
  CHECK(ask({new_one}, last).front().outcome == outcome::overloaded);
  disk.reopen();
  durable_shard at{disk, {}};
  at.ask_expiry_sweep();
  REQUIRE(at.commit(last) == commit_result::ok);
  CHECK(disk.committed.idempotency_records.empty());
  CHECK(disk.committed.due.empty());
  CHECK(disk.committed.counters.at("hits").value == 2);
}

TEST_CASE("a durable_table remembers the refusal of an operation, over a restart") {
  memory_ledger disk;
  const counter::time_point start{milliseconds{1'800'000'000'000}};
  full_reply bound;
  bound.forget_at = start + seconds{9};
  const auto refused = bound_by(bound, add("hits", {.operand = 5, .create = false}));
  {
    durable_shard first{disk, {}};
    first.ask(refused);
    REQUIRE(first.commit(start) == commit_result::ok);
    CHECK(first.full_reply(0).outcome == outcome::not_found);
  }
  CHECK(disk.commits == 1);
  disk.reopen();
  durable_shard second{disk, {}};
  second.ask(set("hits", 1)).ask(refused);
  REQUIRE(second.commit(start) == commit_result::ok);
  CHECK(second.full_reply(1) == full_reply{outcome::not_found, true});
  CHECK(disk.committed.counters.at("hits").value == 1);
  // A full disk undoes it.
  const auto other = bound_by(bound, erase("none"), 1);
  second.begin().ask(other);
  disk.next_commit = commit_result::full;
  REQUIRE(second.commit(start) == commit_result::full);
  CHECK(second.full_reply(0).outcome == outcome::disk_full);
  disk.next_commit = commit_result::ok;
  second.begin().ask(set("none", 1)).ask(other);
  REQUIRE(second.commit(start) == commit_result::ok);
  CHECK(second.full_reply(1).outcome == outcome::ok);
}
