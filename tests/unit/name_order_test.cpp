#include "counter/shard/name_order.hpp"

#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
#include "counter/shard/record_index.hpp"
#include "counter/shard/siphash.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
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

/// Records with an index, and their order, as a table has them.
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
    const auto found = order.seek(from, after);
    return found == order.end() ? "" : name_at(*found);
  }

  names all() const {
    names found;
    for (auto next = order.seek("", ""); next != order.end(); ++next)
      found.push_back(name_at(*next));
    return found;
  }

  static constexpr std::size_t parts = 1024;

  std::size_t part_of(std::string_view name) const { return record_index::part_of(hash(name)); }

  /// So many names of that part.
  names names_in(std::size_t part, std::size_t count) const {
    names found;
    for (int i = 0; found.size() < count; ++i)
      if (auto name = std::to_string(i); part_of(name) == part)
        found.push_back(std::move(name));
    return found;
  }

private:
  std::uint64_t hash(std::string_view name) const { return counter::siphash(key_, name); }
  std::string name_at(record_arena::handle which) const {
    return std::string{record{records_.at(which)}.name()};
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

TEST_CASE("an order of nothing is complete when all parts were looked at") {
  fixture at;
  CHECK_FALSE(at.order.is_complete());
  at.order.build(0);
  at.order.build(fixture::parts - 1);
  CHECK_FALSE(at.order.is_complete());
  at.order.build(1);
  CHECK(at.order.is_complete());
  CHECK(at.all().empty());
  at.order.build(10);
  CHECK(at.order.is_complete());
}

TEST_CASE("names are in byte order, above 0x7f too, and a beginning is before the whole") {
  // UTF-8 of 1 to 4 bytes: as chars that have a sign they would be the first.
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

TEST_CASE("one seeks the first name behind one and not before another") {
  fixture at;
  for (const auto* name : {"a", "a/1", "a/2", "b", "\xc3\xa9"})
    at.create(name);
  complete(at);
  struct {
    const char *from, *after, *found;
  } const cases[] = {
      {"", "", "a"},           {"", "a", "a/1"},      {"", "a/", "a/1"},      {"", "a/2", "b"},
      {"", "b", "\xc3\xa9"},   {"", "\xc3\xa9", ""},  {"a", "", "a"},         {"a/", "", "a/1"},
      {"a/", "a", "a/1"},      {"a/", "a/", "a/1"},   {"a/", "a/1", "a/2"},   {"a/", "a/2", "b"},
      {"a/", "b", "\xc3\xa9"}, {"a/1", "a/1", "a/2"}, {"c", "a", "\xc3\xa9"}, {"\xc4", "", ""},
  };
  for (const auto& [from, after, found] : cases) {
    CAPTURE(from);
    CAPTURE(after);
    CHECK(at.first(from, after) == found);
  }
}

TEST_CASE("a step places one record at the most") {
  fixture at;
  // More of them than there are parts, and nearly all in one.
  const auto many = at.names_in(5, 3);
  for (const auto& name : many)
    at.create(name);
  std::size_t steps = 0;
  for (; !at.order.is_complete(); ++steps)
    at.order.build(1);
  CHECK(steps == fixture::parts - 1 + many.size());
  CHECK(at.all().size() == many.size());
}

TEST_CASE("a record that waits for its place may go, come back, and have company") {
  constexpr std::size_t part = 5;
  fixture at;
  const auto some = at.names_in(part, 8);
  for (std::size_t i = 0; i < 6; ++i)
    at.create(some[i]);
  at.order.build(part + 2);  // two of the six have their places
  REQUIRE_FALSE(at.order.is_complete());
  std::set<std::string> there(some.begin(), some.begin() + 6);
  // Each goes, those that wait and those that have a place; some come back.
  for (std::size_t i = 0; i < 6; ++i) {
    at.remove(some[i]);
    there.erase(some[i]);
    if (i % 2 == 0) {
      at.create(some[i]);
      there.insert(some[i]);
    }
  }
  for (std::size_t i = 6; i < 8; ++i) {
    at.create(some[i]);
    there.insert(some[i]);
  }
  complete(at);
  CHECK(at.all() == names(there.begin(), there.end()));
}

TEST_CASE("while names come and go the order is made, and has every name exactly once") {
  const auto* given = std::getenv("COUNTERD_TEST_SEED");
  const auto seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  MESSAGE("COUNTERD_TEST_SEED=" << seed);
  std::mt19937_64 random{seed};
  for (int round = 0; round < 5; ++round) {
    fixture at;
    std::set<std::string> there;
    const auto change = [&at, &there, &random] {
      // A thousand parts have a few of these each.
      const auto name = std::to_string(random() % 4'000);
      if (there.insert(name).second)
        return at.create(name);
      at.remove(name);
      there.erase(name);
    };
    for (int i = 0; i < 4'000; ++i)
      change();
    while (!at.order.is_complete()) {
      at.order.build(random() % 4);
      change();
    }
    CHECK(at.all() == names(there.begin(), there.end()));
    for (int i = 0; i < 4'000; ++i)
      change();
    CHECK(at.all() == names(there.begin(), there.end()));
  }
}
