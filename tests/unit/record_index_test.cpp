#include "counter/shard/record_index.hpp"

#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
#include "counter/siphash.hpp"

#include "tests/unit/allocations.hpp"

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
    std::vector<record_arena::handle> handles;
    for (std::size_t part = 0; part < index.parts(); ++part) {
      const auto some = index.handles_of(part);
      handles.insert(handles.end(), some.begin(), some.end());
    }
    std::sort(handles.begin(), handles.end());
    return handles;
  }
};

}  // namespace

TEST_CASE("record_index::find() finds a record by its name and by no other") {
  fixture at;
  CHECK_FALSE(at.find("visits"));
  const auto visits = at.insert("visits");
  CHECK(at.find("visits") == visits);
  CHECK_FALSE(at.find("visit"));
  CHECK_FALSE(at.find("visits "));
  CHECK_FALSE(at.find("Visits"));
}

TEST_CASE("record_index tells names with the same hash apart") {
  fixture at;
  const auto hash = at.hashed("visits").hash;
  at.insert("visits");
  CHECK_FALSE(at.index.find({"others", hash}));
  at.index.erase({"others", hash});
  CHECK(at.find("visits"));
}

TEST_CASE("record_index::erase() removes a record until it is inserted again") {
  fixture at;
  const auto visits = at.insert("visits");
  const auto others = at.insert("others");
  at.index.erase(at.hashed("visits"));
  CHECK_FALSE(at.find("visits"));
  at.index.erase(at.hashed("visits"));  // no effect
  CHECK(at.all() == std::vector{others});
  at.index.insert(visits, at.hashed("visits").hash);
  CHECK(at.find("visits") == visits);
  CHECK(at.find("others") == others);
}

TEST_CASE("setting a record's value, version and flags leaves its name alone") {
  fixture at;
  const auto visits = at.insert("visits");
  record view{at.records.at(visits)};
  view.set_value(INT64_MIN);
  view.set_version(UINT64_MAX);
  view.set_expires(true);
  CHECK(at.find("visits") == visits);
  CHECK(view.value() == INT64_MIN);
  CHECK(view.version() == UINT64_MAX);
  CHECK(view.expires());
  CHECK(view.name() == "visits");
  view.set_expires(false);
  CHECK_FALSE(view.expires());
  CHECK(view.name() == "visits");
}

TEST_CASE("the parts of a record_index hold every record once, while it grows and shrinks") {
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

TEST_CASE("record_index::insert() puts a record into the part of its hash") {
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

TEST_CASE("a record_index frees the memory of the records that were erased") {
  fixture at;
  constexpr std::size_t many = 200'000, few = 20'000;
  const auto name_of = [](std::size_t i) { return std::to_string(i); };
  std::vector<record_arena::handle> handles;
  handles.reserve(many);
  for (std::size_t i = 0; i < many; ++i) {
    handles.push_back(at.records.allocate(record::bytes(name_of(i))));
    record{at.records.at(handles[i])}.init(name_of(i));
  }
  const auto before = unit::allocations::now().live_bytes;
  for (std::size_t i = 0; i < many; ++i)
    at.index.insert(handles[i], at.hashed(name_of(i)).hash);
  const auto full = unit::allocations::now().live_bytes - before;
  for (std::size_t i = few; i < many; ++i)
    at.index.erase(at.hashed(name_of(i)));
  CHECK(unit::allocations::now().live_bytes - before < full / 4);
  for (std::size_t i = 0; i < few; ++i)
    REQUIRE(at.find(name_of(i)) == handles[i]);
  for (std::size_t i = 0; i < few; ++i)
    at.index.erase(at.hashed(name_of(i)));
  CHECK(unit::allocations::now().live_bytes == before);
}
