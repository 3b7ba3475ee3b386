#include "counter/shard/name_ranges.hpp"

#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
#include "tests/unit/seed.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <random>
#include <string>
#include <vector>

using counter::name_ranges;
using counter::record;
using counter::record_arena;

namespace {

using names = std::vector<std::string>;

/// Ranges and the records of some names.
class fixture {
public:
  record_arena::handle create(const std::string& name) {
    const auto created = records_.allocate(record::bytes(name));
    record{records_.at(created)}.init(name);
    return created;
  }
  void release(record_arena::handle released) {
    records_.release(released, record::bytes(record{records_.at(released)}.name()));
  }

  /// Takes the first range: its names, in ascending order.
  names take() {
    const auto taken = ranges.take_first();
    names result;
    for (auto entry = taken.rbegin(); entry != taken.rend(); ++entry)
      result.emplace_back(record{records_.at(*entry)}.name());
    return result;
  }

private:
  record_arena records_;

public:
  name_ranges ranges{records_};
};

}  // namespace

TEST_CASE("name_ranges begin with one range, which take_first() takes") {
  fixture at;
  CHECK_FALSE(at.ranges.is_empty());
  CHECK(at.ranges.insert(at.create("b")) == 1);
  CHECK(at.ranges.insert(at.create("a")) == 1);
  CHECK(at.take() == names{"a", "b"});
  CHECK(at.ranges.is_empty());
  const auto late = at.create("c");
  CHECK(at.ranges.insert(late) == 0);
  CHECK_FALSE(at.ranges.erase(late));
}

TEST_CASE("name_ranges::insert() splits a full range into the pieces that were set") {
  for (const std::size_t pieces : {2, 16}) {
    CAPTURE(pieces);
    fixture at;
    at.ranges.set_pieces(pieces);
    const auto name = [](std::size_t i) { return std::to_string(10'000'000 + i); };
    for (std::size_t i = 0; i < name_ranges::range_max; ++i)
      REQUIRE(at.ranges.insert(at.create(name(i))) == 1);
    CHECK(at.ranges.insert(at.create(name(name_ranges::range_max))) == name_ranges::range_max + 1);
    std::size_t next = 0;
    for (std::size_t i = 0; i < pieces; ++i) {
      REQUIRE_FALSE(at.ranges.is_empty());
      const auto taken = at.take();
      CHECK(taken.size() == name_ranges::range_max / pieces + (i + 1 == pieces ? 1 : 0));
      for (const auto& one : taken)
        CHECK(one == name(next++));
    }
    CHECK(at.ranges.is_empty());
  }
}

TEST_CASE("name_ranges::insert() refuses a name whose range was taken, and no other") {
  fixture at;
  for (std::size_t i = 0; i <= name_ranges::range_max; ++i)
    at.ranges.insert(at.create(std::to_string(10'000'000 + i)));
  const auto taken = at.take();
  const auto next = std::to_string(10'000'000 + taken.size());
  CHECK(at.ranges.insert(at.create("0")) == 0);
  CHECK(at.ranges.insert(at.create(taken.back() + "0")) == 0);
  CHECK(at.ranges.insert(at.create(next + "0")) == 1);
  CHECK(at.ranges.insert(at.create("z")) == 1);
  const auto rest = at.take();
  CHECK(rest[0] == next);
  CHECK(rest[1] == next + "0");
  CHECK(rest.back() == "z");
}

TEST_CASE("name_ranges have what was inserted and not erased, sorted, in ranges of range_max") {
  const auto seed = unit::chosen_seed();
  MESSAGE("COUNTERD_TEST_SEED=" << seed);
  std::mt19937_64 random{seed};
  const auto number = [&random](std::size_t below) { return std::to_string(random() % below); };
  for (int shape = 0; shape < 4; ++shape) {
    CAPTURE(shape);
    const auto draw = [&](std::size_t next) -> std::string {
      if (shape == 0)
        return number(1'000'000'000);
      if (shape == 1)  // 8 bytes tell few of them apart
        return "a long prefix/" + number(3) + "/another long one/" + number(1'000'000);
      if (shape == 2)  // ascending: all go to the last range
        return std::to_string(10'000'000 + next);
      return random() % 2 == 0 ? number(100'000) : "~" + std::string(random() % 200, '0') + "1";
    };
    fixture at;
    std::map<std::string, record_arena::handle> expected;
    at.ranges.set_pieces(1 + random() % 20);
    for (std::size_t i = 0; i < 60'000; ++i) {
      if (random() % 4 > 0) {
        const auto [entry, is_new] = expected.try_emplace(draw(i));
        if (is_new)
          REQUIRE(at.ranges.insert(entry->second = at.create(entry->first)) > 0);
      } else if (const auto victim = expected.lower_bound(draw(random() % (i + 1)));
                 victim != expected.end()) {
        REQUIRE(at.ranges.erase(victim->second));
        REQUIRE_FALSE(at.ranges.erase(victim->second));
        at.release(victim->second);  // its memory serves other names
        expected.erase(victim);
      }
    }
    auto next = expected.begin();
    while (!at.ranges.is_empty()) {
      const auto taken = at.take();
      CHECK(taken.size() <= name_ranges::range_max);
      for (const auto& name : taken) {
        REQUIRE(next != expected.end());
        REQUIRE(name == (next++)->first);
      }
    }
    CHECK(next == expected.end());
  }
}
