#include "tests/cases/list_pages.hpp"
#include "tests/unit/seed.hpp"
#include "tests/unit/table_support.hpp"

#include "counter/page.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

using counter::page;
using counter::page_request;
using namespace unit;
using std::chrono::seconds;

namespace {

using names = std::vector<std::string>;
using budget = counter::table::budget;

names names_of(const page& page) {
  names listed;
  for (const auto& counter : page.counters)
    listed.emplace_back(counter.name);
  return listed;
}

page list(shard& at, const page_request& request, budget steps = 10'000) {
  return at.table.list(request, at.now, steps);
}

shard& filled(shard& at, const names& all) {
  for (const auto& name : all)
    at.apply(set(name, static_cast<std::int64_t>(name.size())));
  make_order(at);
  return at;
}

}  // namespace

TEST_CASE("table::list() returns names and states in byte order") {
  shard at;
  filled(at, {"\xc3\xa9", "b", "a/b", "~", "a", "A"});
  at.apply(set("b", 9, seconds{5}));
  const auto page = list(at, {.limit = 100});
  CHECK(page.outcome == counter::outcome::ok);
  CHECK(page.is_last);
  CHECK(names_of(page) == names{"A", "a", "a/b", "b", "~", "\xc3\xa9"});
  for (const auto& [name, state] : page.counters)
    CHECK(state == at.state(std::string{name}));
  CHECK(page.counters[3].state == state{9, 7, at.now + seconds{5}});
}

TEST_CASE("table::list() of an empty table returns an empty last page") {
  shard at;
  make_order(at);
  const auto page = list(at, {.limit = 1});
  CHECK(page.counters.empty());
  CHECK(page.is_last);
}

TEST_CASE("table::list() honours prefix, after and limit") {
  shard at;
  filled(at, cases::listed_names());
  for (const auto& expected : cases::list_pages()) {
    CAPTURE(expected.prefix);
    CAPTURE(expected.after);
    CAPTURE(expected.limit);
    const auto page =
        list(at, {.prefix = expected.prefix, .after = expected.after, .limit = expected.limit});
    CHECK(names_of(page) == expected.names);
    CHECK(page.is_last == expected.is_last);
    CHECK(page.reached == expected.reached());
  }
}

TEST_CASE("table::list() stops when its steps are used up, and the next page continues there") {
  shard at;
  filled(at, {"a", "b", "c"});
  budget steps = 2;
  auto page = at.table.list({.limit = 100}, at.now, steps);
  CHECK(steps == 0);
  CHECK(names_of(page) == names{"a", "b"});
  CHECK_FALSE(page.is_last);
  CHECK(page.reached == "b");
  page = at.table.list({.after = page.reached, .limit = 100}, at.now, steps);
  CHECK(page.counters.empty());
  CHECK_FALSE(page.is_last);
  CHECK(page.reached == "b");
  steps = 1;
  page = at.table.list({.after = page.reached, .limit = 100}, at.now, steps);
  CHECK(names_of(page) == names{"c"});
  CHECK(page.is_last);
  CHECK(steps == 0);
  steps = 5;
  page = at.table.list({.limit = 2}, at.now, steps);
  CHECK(steps == 3);  // left to others
}

TEST_CASE("table::list() returns empty pages until the order of names is built") {
  shard at;
  for (const auto* name : {"a", "b", "c"})
    at.apply(set(name, 1));
  page page;
  for (int i = 0; page.counters.empty(); ++i) {
    REQUIRE(i < 100);
    budget steps = 100;
    page = at.table.list({.after = page.reached, .limit = 100}, at.now, steps);
    if (page.counters.empty()) {
      CHECK_FALSE(page.is_last);
      CHECK(page.reached == "");
      CHECK(steps == 0);
    }
  }
  CHECK(names_of(page) == names{"a", "b", "c"});
}

TEST_CASE("table::list() leaves out expired counters, erased or not, to the millisecond") {
  for (const bool is_tidy : {true, false}) {
    CAPTURE(is_tidy);
    shard at;
    filled(at, {"b", "d"});
    for (const auto* name : {"a", "c", "e"})
      at.apply(set(name, 1, seconds{1}));
    at.pass(std::chrono::milliseconds{999});
    CHECK(list(at, {.limit = 100}).counters.size() == 5);
    at.pass(std::chrono::milliseconds{1});
    if (is_tidy)
      at.table.expire(at.now, 100);
    auto page = list(at, {.limit = 100});
    CHECK(names_of(page) == names{"b", "d"});
    CHECK(page.is_last);
    // Expired counters do not count towards the limit.
    page = list(at, {.limit = 2});
    CHECK(names_of(page) == names{"b", "d"});
  }
}

TEST_CASE("table::list() spends steps on expired counters, too") {
  shard at;
  make_order(at);
  for (const auto* name : {"a", "b", "c"})
    at.apply(set(name, 1, seconds{1}));
  at.pass(seconds{1});
  budget steps = 2;
  const auto page = at.table.list({.limit = 1}, at.now, steps);
  CHECK(steps == 0);
  CHECK(page.counters.empty());
  CHECK_FALSE(page.is_last);
  CHECK(page.reached == "b");
}

TEST_CASE("table::list() spends a step on each counter of a page, and none on erased ones") {
  constexpr std::size_t all = 20'000, gap = 100, listed = all / gap, limit = 50;
  for (const bool have_expired : {false, true}) {
    CAPTURE(have_expired);
    shard at{all, 0};
    make_order(at);
    for (std::size_t i = 0; i < all; ++i) {
      const auto name = std::to_string(all + i);
      const bool stays = i % gap == 0;
      at.apply(set(name, 1, have_expired && !stays ? std::optional{seconds{1}} : std::nullopt));
      if (!have_expired && !stays)
        at.apply(erase(name));
    }
    if (have_expired) {
      at.pass(seconds{1});
      at.table.expire(at.now, all);
    }
    budget steps = all;
    std::size_t count = 0;
    page page;
    while (!page.is_last) {
      page = at.table.list({.after = page.reached, .limit = limit}, at.now, steps);
      count += page.counters.size();
    }
    CHECK(count == listed);
    CHECK(all - steps == listed);
  }
}

TEST_CASE("table::list() continues after a name that was removed meanwhile") {
  shard at;
  filled(at, {"a", "b", "c"});
  const auto page = list(at, {.limit = 2});
  at.apply(erase("b"));
  at.apply(set("bb", 1));
  at.apply(set("aa", 1));  // before the position
  CHECK(names_of(list(at, {.after = page.reached, .limit = 9})) == names{"bb", "c"});
}

TEST_CASE("table::list() returns a name that stays exactly once, though others come and go") {
  const auto seed = unit::chosen_seed();
  MESSAGE("COUNTERD_TEST_SEED=" << seed);
  std::mt19937_64 random{seed};
  for (int round = 0; round < 20; ++round) {
    shard at{3'000, 0};
    std::set<std::string> stay, come_and_go;
    for (int i = 0; i < 1'000; ++i)
      (random() % 3 == 0 ? stay : come_and_go).insert(std::to_string(random() % 5'000));
    for (const auto& name : stay) {
      come_and_go.erase(name);
      at.apply(set(name, 1));
    }
    const names others(come_and_go.begin(), come_and_go.end());
    // From the first page on, while the order is still being built.
    std::map<std::string, int> listed;
    page page;
    while (!page.is_last) {
      for (auto changes = random() % 60; changes > 0; --changes) {
        const auto& name = others[random() % others.size()];
        switch (random() % 3) {
          case 0:
            at.apply(add(name, 1));
            break;
          case 1:
            at.apply(set(name, 1, seconds{1 + random() % 3}));
            break;
          default:
            at.apply(erase(name));
            break;
        }
      }
      for (const auto& name : stay)
        if (random() % 50 == 0)
          at.apply(set(name, 2, seconds{3'600}));
      at.pass(std::chrono::milliseconds{random() % 500});
      at.table.expire(at.now, random() % 5);
      const auto after = page.reached;
      page = list(at, {.after = after, .limit = 1 + random() % 40}, 1 + random() % 60);
      for (const auto& [name, state] : page.counters) {
        CHECK(name > after);
        CHECK(at.state(std::string{name}) == state);
        ++listed[std::string{name}];
      }
    }
    for (const auto& name : stay) {
      CAPTURE(name);
      CHECK(listed[name] == 1);
    }
    CHECK(std::all_of(listed.begin(), listed.end(),
                      [](const auto& entry) { return entry.second <= 1; }));
  }
}
