#include "counter/shard/name_order.hpp"

#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
#include "counter/shard/record_index.hpp"
#include "counter/siphash.hpp"
#include "tests/unit/allocations.hpp"
#include "tests/unit/seed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using counter::name_order;
using counter::record;
using counter::record_arena;
using counter::record_index;

namespace {

using names = std::vector<std::string>;

/// Records, their index and their order, as a record_set has them.
class fixture {
public:
  void create(std::string_view name) {
    const auto added = records_.allocate(record::bytes(name));
    record{records_.at(added)}.init(name);
    index_.insert(added, hash(name));
    order.insert(added, hash(name));
  }

  void remove(std::string_view name) {
    const auto removed = *index_.find({name, hash(name)});
    order.erase(removed, hash(name));
    index_.erase({name, hash(name)});
    records_.release(removed, record::bytes(name));
  }

  std::string first(std::string_view from, std::string_view after) const {
    const auto next = order.seek(from, after);
    return next == order.end() ? "" : name_at(*next);
  }

  names all() const {
    names sorted;
    for (auto next = order.seek("", ""); next != order.end(); ++next)
      sorted.push_back(name_at(*next));
    return sorted;
  }

  static constexpr std::size_t parts = 1024;

  std::size_t part_of(std::string_view name) const { return record_index::part_of(hash(name)); }

  /// `count` names whose hashes are in the part.
  names names_in(std::size_t part, std::size_t count) const {
    names matching;
    for (int i = 0; matching.size() < count; ++i)
      if (auto name = std::to_string(i); part_of(name) == part)
        matching.push_back(std::move(name));
    return matching;
  }

private:
  std::uint64_t hash(std::string_view name) const { return counter::siphash(key_, name); }
  std::string name_at(record_arena::handle entry) const {
    return std::string{record{records_.at(entry)}.name()};
  }

  counter::siphash_key key_{3, 4};
  record_arena records_;
  record_index index_{records_, key_};

public:
  name_order order{records_, index_};
};

void complete(fixture& at) {
  while (!at.order.is_complete())
    at.order.build(100);
}

}  // namespace

TEST_CASE("name_order::build() of an empty index looks at each part and at one range") {
  fixture at;
  CHECK_FALSE(at.order.is_complete());
  at.order.build(0);
  CHECK(at.order.is_empty());
  at.order.build(fixture::parts / name_order::records_in_a_step);
  CHECK_FALSE(at.order.is_complete());
  CHECK_FALSE(at.order.is_empty());
  at.order.build(1);
  CHECK(at.order.is_complete());
  CHECK(at.all().empty());
  at.order.build(10);
  CHECK(at.order.is_complete());
}

TEST_CASE("a name_order sorts names by unsigned bytes, and a prefix before its extensions") {
  // UTF-8 of 1 to 4 bytes: signed chars would sort the last ones first.
  const names sorted = {" ",
                        "A",
                        "a",
                        "a ",
                        "a/",
                        "a/b",
                        "ab",
                        "a\xc3\xa9",
                        "b",
                        "~",
                        "\xc2\x80",
                        "\xc3\xa9",
                        "\xc3\xa9/",
                        "\xef\xbf\xbd",
                        "\xf0\x9f\x98\x80"};
  for (const bool before : {true, false}) {
    CAPTURE(before);
    fixture at;
    if (before)
      complete(at);
    for (auto name = sorted.rbegin(); name != sorted.rend(); ++name)
      at.create(*name);
    complete(at);
    CHECK(at.all() == sorted);
  }
}

TEST_CASE("name_order::seek() returns the first name above after and not below from") {
  fixture at;
  for (const auto* name : {"a", "a/1", "a/2", "b", "\xc3\xa9"})
    at.create(name);
  complete(at);
  struct {
    const char *from, *after, *expected;
  } const cases[] = {
      {"", "", "a"},           {"", "a", "a/1"},      {"", "a/", "a/1"},      {"", "a/2", "b"},
      {"", "b", "\xc3\xa9"},   {"", "\xc3\xa9", ""},  {"a", "", "a"},         {"a/", "", "a/1"},
      {"a/", "a", "a/1"},      {"a/", "a/", "a/1"},   {"a/", "a/1", "a/2"},   {"a/", "a/2", "b"},
      {"a/", "b", "\xc3\xa9"}, {"a/1", "a/1", "a/2"}, {"c", "a", "\xc3\xa9"}, {"\xc4", "", ""},
  };
  for (const auto& [from, after, expected] : cases) {
    CAPTURE(from);
    CAPTURE(after);
    CHECK(at.first(from, after) == expected);
  }
}

TEST_CASE("name_order::build() looks twice at each record, at records_in_a_step a step") {
  fixture at;
  // All of them are in one part.
  const auto many = at.names_in(5, 100);
  for (const auto& name : many)
    at.create(name);
  std::size_t steps = 0;
  for (; !at.order.is_complete(); ++steps)
    at.order.build(1);
  const auto looks = fixture::parts + 1 + 2 * many.size();
  CHECK(steps == (looks + name_order::records_in_a_step - 1) / name_order::records_in_a_step);
  CHECK(at.all().size() == many.size());
}

TEST_CASE("name_order::build() is complete after few calls, however many ranges it splits") {
  // A call is a round trip of the client's loop to the shard.
  constexpr std::size_t count = 100'000, steps = 250;
  constexpr auto records_in_a_call = steps * name_order::records_in_a_step;
  for (const std::string prefix : {"", "a prefix that all of them share/"}) {
    CAPTURE(prefix);
    fixture at;
    for (std::size_t i = 0; i < count; ++i)
      at.create(prefix + std::to_string(i * 7'919 % 1'000'000'007));
    std::size_t calls = 0;
    for (; !at.order.is_complete(); ++calls)
      at.order.build(steps);
    CHECK(calls >= 2 * count / records_in_a_call);
    CHECK(calls <= (3 * count + 2 * fixture::parts) / records_in_a_call);
    CHECK(at.all().size() == count);
  }
}

TEST_CASE("a name_order takes 8 bytes a record while it is built, and 5 afterwards") {
  constexpr std::size_t count = 200'000;
  fixture at;
  for (std::size_t i = 0; i < count; ++i)
    at.create(std::to_string(i * 7'919 % 1'000'000'007));
  const auto before = unit::allocations::now().live_bytes;
  std::size_t most = 0;
  while (!at.order.is_complete()) {
    at.order.build(10);
    most = std::max(most, unit::allocations::now().live_bytes - before);
  }
  CHECK(most <= 8 * count + 512 * 1024);
  CHECK(unit::allocations::now().live_bytes - before <= 5 * count);
  CHECK(at.all().size() == count);
}

TEST_CASE("a name_order that is being built follows erase() and insert(), wherever it is") {
  constexpr std::size_t part = 5, before = 60, all = 80;
  // In the middle of the part, behind it, in the middle of its range, complete.
  for (std::size_t steps = 0; steps <= fixture::parts / name_order::records_in_a_step + 6;
       ++steps) {
    CAPTURE(steps);
    fixture at;
    const auto some = at.names_in(part, all);
    for (std::size_t i = 0; i < before; ++i)
      at.create(some[i]);
    at.order.build(steps);
    std::set<std::string> expected(some.begin(), some.begin() + before);
    // Removes all, in the order or not yet, and creates some again.
    for (std::size_t i = 0; i < before; ++i) {
      at.remove(some[i]);
      expected.erase(some[i]);
      if (i % 2 == 0) {
        at.create(some[i]);
        expected.insert(some[i]);
      }
    }
    for (std::size_t i = before; i < all; ++i) {
      at.create(some[i]);
      expected.insert(some[i]);
    }
    complete(at);
    CHECK(at.all() == names(expected.begin(), expected.end()));
  }
}

TEST_CASE("a name_order that is built while names come and go has every name exactly once") {
  const auto seed = unit::chosen_seed();
  MESSAGE("COUNTERD_TEST_SEED=" << seed);
  std::mt19937_64 random{seed};
  // A few for each of the 1024 parts, and so many that ranges are split.
  for (const std::size_t count : {4'000, 4'000, 4'000, 60'000}) {
    fixture at;
    std::set<std::string> expected;
    const auto change = [&at, &expected, &random, count] {
      const auto name = std::to_string(random() % count);
      if (expected.insert(name).second)
        return at.create(name);
      at.remove(name);
      expected.erase(name);
    };
    for (std::size_t i = 0; i < count; ++i)
      change();
    while (!at.order.is_complete()) {
      at.order.build(random() % 4);
      for (auto changes = random() % 60; changes > 0; --changes)
        change();
    }
    CHECK(at.all() == names(expected.begin(), expected.end()));
    for (std::size_t i = 0; i < count; ++i)
      change();
    CHECK(at.all() == names(expected.begin(), expected.end()));
  }
}
