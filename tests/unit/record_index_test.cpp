#include "counter/shard/record_index.hpp"

#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
#include "counter/shard/siphash.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using counter::record;
using counter::record_arena;
using counter::record_index;

namespace {

struct fixture {
  counter::siphash_key key{1, 2};
  record_arena records;
  record_index index{records, key};

  record_index::hashed_name hashed(std::string_view name) const {
    return {name, counter::siphash(key, name)};
  }
  record_arena::handle insert(std::string_view name) {
    const auto added = records.allocate(record::bytes(name));
    record{records.at(added)}.init(name);
    index.insert(added, hashed(name).hash);
    return added;
  }
  auto find(std::string_view name) const { return index.find(hashed(name)); }

  std::vector<record_arena::handle> all() const {
    std::vector<record_arena::handle> found;
    for (std::size_t part = 0; part < index.parts(); ++part) {
      const auto some = index.handles_of(part);
      found.insert(found.end(), some.begin(), some.end());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
};

}  // namespace

TEST_CASE("a record is found by its name and by no other") {
  fixture at;
  CHECK_FALSE(at.find("visits"));
  const auto visits = at.insert("visits");
  CHECK(at.find("visits") == visits);
  CHECK_FALSE(at.find("visit"));
  CHECK_FALSE(at.find("visits "));
  CHECK_FALSE(at.find("Visits"));
}

TEST_CASE("names that share a hash are told apart") {
  fixture at;
  const auto hash = at.hashed("visits").hash;
  at.insert("visits");
  CHECK_FALSE(at.index.find({"others", hash}));
  at.index.erase({"others", hash});
  CHECK(at.find("visits"));
}

TEST_CASE("an erased record is gone until it is inserted again") {
  fixture at;
  const auto visits = at.insert("visits");
  const auto others = at.insert("others");
  at.index.erase(at.hashed("visits"));
  CHECK_FALSE(at.find("visits"));
  at.index.erase(at.hashed("visits"));  // of no effect
  CHECK(at.all() == std::vector{others});
  at.index.insert(visits, at.hashed("visits").hash);
  CHECK(at.find("visits") == visits);
  CHECK(at.find("others") == others);
}

TEST_CASE("a record is found whatever its value, its version and its expiry") {
  fixture at;
  const auto visits = at.insert("visits");
  record kept{at.records.at(visits)};
  kept.set_value(INT64_MIN);
  kept.set_version(UINT64_MAX);
  kept.set_expires(true);
  CHECK(at.find("visits") == visits);
  CHECK(kept.value() == INT64_MIN);
  CHECK(kept.version() == UINT64_MAX);
  CHECK(kept.expires());
  CHECK(kept.name() == "visits");
  kept.set_expires(false);
  CHECK_FALSE(kept.expires());
  CHECK(kept.name() == "visits");
}

TEST_CASE("the parts together have every record once, while the index grows and shrinks") {
  fixture at;
  constexpr std::size_t many = 20'000;
  std::vector<record_arena::handle> handles;
  const auto name_of = [](std::size_t i) { return "name " + std::to_string(i); };
  for (std::size_t i = 0; i < many; ++i)
    handles.push_back(at.insert(name_of(i)));
  auto sorted = handles;
  std::sort(sorted.begin(), sorted.end());
  CHECK(at.all() == sorted);
  for (std::size_t i = 0; i < many; i += 2)
    at.index.erase(at.hashed(name_of(i)));
  CHECK(at.all().size() == many / 2);
  for (std::size_t i = 0; i < many; ++i)
    REQUIRE(at.find(name_of(i)).has_value() == (i % 2 == 1));
  for (std::size_t i = 1; i < many; i += 2)
    REQUIRE(at.find(name_of(i)) == handles[i]);
}

TEST_CASE("a record is in the part that its hash says") {
  fixture at;
  for (int i = 0; i < 200; ++i) {
    const auto name = std::to_string(i);
    const auto added = at.insert(name);
    const auto part = record_index::part_of(at.hashed(name).hash);
    REQUIRE(part < at.index.parts());
    const auto inside = at.index.handles_of(part);
    REQUIRE(std::count(inside.begin(), inside.end(), added) == 1);
  }
}
