#include "counter/shard/change_set.hpp"

#include "counter/shard/record_set.hpp"
#include "counter/siphash.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using counter::change_set;
using counter::idempotency_record;
using counter::record_set;
using counter::state;
using counter::time_point;
using std::chrono::milliseconds;

namespace {

constexpr counter::siphash_key key{5, 6};

record_set::hashed_name hashed(std::string_view name) {
  return {name, counter::siphash(key, name)};
}

struct change {
  std::string name;
  std::optional<state> before, after;

  bool operator==(const change&) const = default;
};

std::vector<change> changes_of(const record_set& records) {
  std::vector<change> changes;
  records.for_each_change([&](std::string_view name, const auto& before, const auto& after) {
    changes.push_back({std::string{name}, before, after});
  });
  return changes;
}

void set(record_set& records, record_set::handle entry, const state& after) {
  auto record = records.edit(entry);
  record.set_value(after.value);
  record.set_version(after.version);
  records.set_expiry(entry, after.expires_at);
}

}  // namespace

TEST_CASE("record_set logs each counter once, with the state of the last commit") {
  change_set changes;
  record_set records{key, &changes};
  const time_point expiry{milliseconds{70}};
  records.load(hashed("a"), {1, 10, expiry});
  records.load(hashed("b"), {2, 11});
  CHECK(changes.is_empty());

  set(records, *records.find(hashed("a")), {3, 12});
  set(records, *records.find(hashed("a")), {4, 13});
  records.erase(*records.find(hashed("b")));
  set(records, records.create(hashed("c")), {5, 14, expiry});
  CHECK(changes_of(records) == std::vector<change>{{"a", state{1, 10, expiry}, state{4, 13}},
                                                   {"b", state{2, 11}, std::nullopt},
                                                   {"c", std::nullopt, state{5, 14, expiry}}});
  CHECK(changes.counter_growth() == 0);
  CHECK(changes.has_erased("b"));
  CHECK_FALSE(changes.has_erased("a"));
}

TEST_CASE("record_set::commit() makes the next change start from the new state") {
  change_set changes;
  record_set records{key, &changes};
  set(records, records.create(hashed("a")), {1, 10});
  records.erase(records.create(hashed("b")));
  CHECK(changes.counter_growth() == 1);
  const auto bytes = records.bytes();
  records.commit();
  changes.clear();
  CHECK(changes.is_empty());
  CHECK(changes.counter_growth() == 0);
  CHECK_FALSE(changes.has_erased("b"));
  CHECK(records.bytes() < bytes);  // the erased record is freed

  set(records, *records.find(hashed("a")), {2, 11});
  CHECK(changes_of(records) == std::vector<change>{{"a", state{1, 10}, state{2, 11}}});
}

TEST_CASE("record_set::rollback() drops the touched records and no others") {
  change_set changes;
  record_set records{key, &changes};
  const auto empty = records.bytes();
  records.load(hashed("a"), {1, 10, time_point{milliseconds{70}}});
  records.load(hashed("b"), {2, 11});
  records.load(hashed("c"), {3, 12});
  set(records, *records.find(hashed("a")), {9, 13});
  records.erase(*records.find(hashed("b")));
  set(records, records.create(hashed("b")), {8, 14});
  records.erase(*records.find(hashed("b")));
  records.rollback();
  changes.clear();
  CHECK_FALSE(records.find(hashed("a")));
  CHECK_FALSE(records.find(hashed("b")));
  CHECK_FALSE(records.due(time_point{milliseconds{70}}));
  REQUIRE(records.find(hashed("c")));
  CHECK(records.state_of(*records.find(hashed("c"))) == state{3, 12});
  CHECK(records.size() == 1);

  records.erase(*records.find(hashed("c")));
  records.commit();
  changes.clear();
  CHECK(records.size() == 0);
  CHECK(records.bytes() == empty);
}

TEST_CASE("change_set::forget() of a new idempotency record leaves nothing of it") {
  change_set changes;
  const idempotency_record record{};
  const time_point at{milliseconds{70}};
  std::string calls;
  const auto list = [&] {
    calls.clear();
    changes.for_each_idempotency_change(
        [&](std::string_view id, time_point) { calls += "-" + std::string{id}; },
        [&](std::string_view id, const idempotency_record&) { calls += "+" + std::string{id}; });
    return calls;
  };
  changes.remember("new", record);
  CHECK(changes.idempotency_growth() == 1);
  changes.forget("new", at);
  CHECK(changes.is_empty());
  CHECK_FALSE(changes.has_forgotten("new"));

  // A committed record is forgotten, replaced, and its successor forgotten, too.
  changes.forget("old", at);
  CHECK(changes.idempotency_growth() == -1);
  changes.remember("old", record);
  CHECK(changes.has_remembered("old"));
  CHECK(changes.idempotency_growth() == 0);
  CHECK(list() == "-old+old");
  changes.forget("old", at);
  CHECK(list() == "-old");
  CHECK(changes.has_forgotten("old"));
  changes.clear();
  CHECK(changes.is_empty());
  CHECK(changes.idempotency_growth() == 0);
}
