// Names of all kinds in a database, lists of them, and a group of many.

#include "counter/limits.hpp"
#include "counter/name.hpp"
#include "tests/engine/support/common_server.hpp"
#include "tests/engine/support/shard_server.hpp"
#include "tests/engine/support/sql_session.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

using namespace support;
using counter::operation;
using counter::outcome;

namespace {

struct scene {
  std::string schema = new_schema();
  sql_session sql{schema};
  shard_server server{engine_settings(common_server().url(), schema)};
  shard_server other{engine_settings(common_server().url(), schema)};
};

/// Lists page by page, and looks at `steps` rows for each.
std::vector<std::string> list(shard_server& server, const std::string& prefix, std::size_t limit,
                              std::size_t steps) {
  std::vector<std::string> names;
  counter::page_request query{prefix, "", limit};
  for (;;) {
    const auto page = server.ledger.list(query, steps);
    REQUIRE(page.outcome == outcome::ok);
    CHECK(page.counters.size() <= limit);
    for (const auto& counter : page.counters)
      names.emplace_back(counter.name);
    if (page.is_last)
      return names;
    REQUIRE(page.reached > query.after);
    query.after = page.reached;
  }
}

std::vector<std::string> odd_names() {
  std::vector<std::string> names;
  for (char c = 0x20; c < 0x7f; ++c)
    names.push_back({c});
  for (const char* name : {
           "NULL",
           "null",
           "{}",
           "{a,b}",
           "\"\"",
           "''",
           "\\",
           "\\\\",
           "\\x00",
           "%s",
           "$1",
           "a b",
           " a",
           "a ",
           "--",
           "/*",
           "'; DROP TABLE counters; --",
           "A",
           "a",
           "AA",
           "\xc2\x80",          // U+0080, the first beyond ASCII
           "\xc3\xa9",          // composed
           "e\xcc\x81",         // the same, decomposed
           "\xdf\xbf",          // U+07FF
           "\xe0\xa0\x80",      // U+0800
           "\xed\x9f\xbf",      // U+D7FF
           "\xee\x80\x80",      // U+E000
           "\xef\xbf\xbd",      // U+FFFD
           "\xef\xbf\xbf",      // U+FFFF
           "\xf0\x90\x80\x80",  // U+10000
           "\xf4\x8f\xbf\xbf",  // U+10FFFF
       })
    names.emplace_back(name);
  const auto longest = counter::limits::name_bytes_max;
  names.emplace_back(255, 'x');
  names.emplace_back(longest, 'x');
  names.emplace_back(longest, '"');
  std::string wide;
  while (wide.size() + 4 <= longest)
    wide += "\xf0\x9f\x98\x80";
  names.push_back(wide);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

TEST_CASE("every name that a counter may have is kept byte by byte") {
  scene at;
  const auto names = odd_names();
  for (const auto& name : names) {
    CAPTURE(name);
    REQUIRE(counter::is_valid_name(name));
    at.server.ask(operation::add, name, 1);
  }
  at.server.run();
  for (std::size_t i = 0; i < names.size(); ++i)
    CHECK(at.server.reply(i).outcome == outcome::ok);
  for (const auto& name : names)
    at.other.ask(unit::keyed(std::string(255, 'k'), unit::add(name, 2)));
  at.other.run();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& name = names[i];
    CAPTURE(name);
    CHECK(at.other.full_reply(i).after->value == 3);
    CHECK(at.server.apply(unit::keyed(std::string(255, 'k'), unit::add(name, 2))).is_replayed);
  }
  CHECK(at.sql.number("SELECT count(*) FROM counters") == static_cast<std::int64_t>(names.size()));
  CHECK(list(at.server, "", 1000, 1000) == names);
  for (const auto& name : names) {
    CAPTURE(name);
    const auto found = list(at.server, name, 1000, 1000);
    REQUIRE(!found.empty());
    CHECK(found.front() == name);
    for (const auto& each : found)
      CHECK(each.starts_with(name));
  }
}

TEST_CASE("a list has every page in order, and neither deleted nor expired counters") {
  scene at;
  std::set<std::string> left;
  std::vector<std::string> all;
  for (const char* folder : {"a", "b/", "b/c", "\xc3\xa9/"})
    for (int i = 0; i < 30; ++i)
      all.push_back(folder + std::to_string(i));
  for (std::size_t i = 0; i < all.size(); ++i) {
    at.server.ask(operation::set, all[i], static_cast<std::int64_t>(i));
    if (i % 3 != 0)
      left.insert(all[i]);
  }
  at.server.run();
  for (std::size_t i = 0; i < all.size(); i += 3)
    if (i % 2 == 0)
      at.server.ask(unit::erase(all[i]));
    else
      at.sql.run("UPDATE counters SET expires_at = 1 WHERE name = '" + all[i] + "'");
  at.server.run();
  for (const std::string prefix : {"", "a", "b/", "b/c1", "\xc3\xa9", "b", "c", "z"}) {
    std::vector<std::string> expected;
    for (const auto& name : left)
      if (name.starts_with(prefix))
        expected.push_back(name);
    for (const std::size_t limit : {1, 7, 80, 1000})
      for (const std::size_t steps : {1, 2, 10, 1000}) {
        CAPTURE(prefix);
        CAPTURE(limit);
        CAPTURE(steps);
        CHECK(list(at.server, prefix, limit, steps) == expected);
      }
  }
  const auto page = at.server.ledger.list({"", "a1", 1}, 100);
  REQUIRE(page.counters.size() == 1);
  const auto [name, state] = page.counters[0];
  CHECK(name == *left.upper_bound("a1"));
  CHECK(state.value == at.server.apply(unit::get(std::string{name})).after->value);
  CHECK(state == *at.server.apply(unit::get(std::string{name})).after);
}

TEST_CASE("a group has as many operations as a shard takes") {
  constexpr int operations = 4096;
  scene at;
  const auto name = [](int i) {
    return "counter number " + std::to_string(i) + std::string(100, '.');
  };
  for (int round = 1; round <= 2; ++round) {
    for (int i = 0; i < operations; ++i)
      at.server.ask(unit::keyed(std::to_string(round), unit::add(name(i), i)));
    at.server.run();
    int right = 0;
    for (int i = 0; i < operations; ++i) {
      const auto reply = at.server.full_reply(static_cast<std::size_t>(i));
      right += reply.outcome == outcome::ok && reply.after->value == i * round;
    }
    CHECK(right == operations);
  }
  CHECK(at.sql.number("SELECT sum(value) FROM counters") == operations * (operations - 1));
  CHECK(at.sql.number("SELECT count(*) FROM idempotency_records") == 2 * operations);
  CHECK(at.server.counters.used() == operations);
  CHECK(at.sql.number("SELECT counters FROM writers WHERE counters > 0") == operations);
  for (int i = 0; i < operations; ++i)
    at.other.ask(operation::add, name(0), 1);
  CHECK(at.other.run().reply(operations - 1).value == operations);
}
