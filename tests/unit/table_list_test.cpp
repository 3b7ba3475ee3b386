#include "tests/unit/table_support.hpp"

#include "counter/page.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using counter::page;
using counter::page_request;
using counter::state;
using namespace unit;
using std::chrono::seconds;

namespace {

using names = std::vector<std::string>;
using budget = counter::table::budget;

names names_of(const page& page) {
  names found;
  for (const auto& one : page.counters)
    found.push_back(one.name);
  return found;
}

page list(shard& at, const page_request& request, budget steps = 10'000) {
  return at.table.list(request, at.now, steps);
}

shard& filled(shard& at, const names& with) {
  for (const auto& name : with)
    at.apply(set(name, static_cast<std::int64_t>(name.size())));
  make_order(at);
  return at;
}

}  // namespace

TEST_CASE("a list tells names and states in byte order") {
  shard at;
  filled(at, {"\xc3\xa9", "b", "a/b", "~", "a", "A"});
  at.apply(set("b", 9, seconds{5}));
  const auto page = list(at, {.limit = 100});
  CHECK(page.outcome == counter::outcome::ok);
  CHECK(page.is_last);
  CHECK(names_of(page) == names{"A", "a", "a/b", "b", "~", "\xc3\xa9"});
  for (const auto& one : page.counters)
    CHECK(one.state == at.state(one.name));
  CHECK(page.counters[3].state == state{9, 7, at.now + seconds{5}});
}

TEST_CASE("a list of nothing is at its end") {
  shard at;
  make_order(at);
  const auto page = list(at, {.limit = 1});
  CHECK(page.counters.empty());
  CHECK(page.is_last);
}

TEST_CASE("a page has what begins with the prefix and is behind the last one, up to the limit") {
  shard at;
  filled(at, {"a", "a/1", "a/2", "a/\xc3\xa9", "a0", "b"});
  struct {
    const char *prefix, *after;
    std::size_t limit;
    names found;
    bool is_last;
  } const cases[] = {
      {"", "", 100, {"a", "a/1", "a/2", "a/\xc3\xa9", "a0", "b"}, true},
      {"", "", 6, {"a", "a/1", "a/2", "a/\xc3\xa9", "a0", "b"}, true},
      {"", "", 5, {"a", "a/1", "a/2", "a/\xc3\xa9", "a0"}, false},
      {"", "", 1, {"a"}, false},
      {"", "a0", 1, {"b"}, true},
      {"", "b", 1, {}, true},
      {"", "a/1z", 2, {"a/2", "a/\xc3\xa9"}, false},
      {"a", "", 100, {"a", "a/1", "a/2", "a/\xc3\xa9", "a0"}, true},
      {"a/", "", 100, {"a/1", "a/2", "a/\xc3\xa9"}, true},
      {"a/", "", 3, {"a/1", "a/2", "a/\xc3\xa9"}, true},
      {"a/", "", 2, {"a/1", "a/2"}, false},
      {"a/", "a/2", 2, {"a/\xc3\xa9"}, true},
      {"a/", "a", 2, {"a/1", "a/2"}, false},
      {"a/", "b", 2, {}, true},
      {"a/1", "", 1, {"a/1"}, true},
      {"a/3", "", 1, {}, true},
      {"c", "", 1, {}, true},
      {"a/1/", "", 1, {}, true},
  };
  for (const auto& [prefix, after, limit, found, is_last] : cases) {
    CAPTURE(prefix);
    CAPTURE(after);
    CAPTURE(limit);
    const auto page = list(at, {.prefix = prefix, .after = after, .limit = limit});
    CHECK(names_of(page) == found);
    CHECK(page.is_last == is_last);
    if (!found.empty())
      CHECK(page.reached == found.back());
    else
      CHECK(page.reached == after);
  }
}

TEST_CASE("a page ends where its steps do, and the next goes on from there") {
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
  CHECK(steps == 3);  // what was not used is left to others
}

TEST_CASE("the first list takes its steps to make the order, and is empty until then") {
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

TEST_CASE("what has expired is left out, in its millisecond, whether forgotten or not") {
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
    // They take no place on a page.
    page = list(at, {.limit = 2});
    CHECK(names_of(page) == names{"b", "d"});
  }
}

TEST_CASE("to look at what has expired takes steps, too") {
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

TEST_CASE("a list goes on where the name it had reached is gone") {
  shard at;
  filled(at, {"a", "b", "c"});
  const auto page = list(at, {.limit = 2});
  at.apply(erase("b"));
  at.apply(set("bb", 1));
  at.apply(set("aa", 1));  // behind it already
  CHECK(names_of(list(at, {.after = page.reached, .limit = 9})) == names{"bb", "c"});
}

TEST_CASE("a name that stays is listed exactly once, whatever comes and goes meanwhile") {
  const auto* given = std::getenv("COUNTERD_TEST_SEED");
  const auto seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
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
    // From the first page on, while the order is still being made.
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
      for (const auto& one : page.counters) {
        CHECK(one.name > after);
        CHECK(at.state(one.name) == one.state);
        ++listed[one.name];
      }
    }
    for (const auto& name : stay) {
      CAPTURE(name);
      CHECK(listed[name] == 1);
    }
    CHECK(
        std::all_of(listed.begin(), listed.end(), [](const auto& one) { return one.second <= 1; }));
  }
}
