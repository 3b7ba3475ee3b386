#include "counter/shard/placement.hpp"
#include "counter/limits.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

unsigned shard_of(std::string_view name, unsigned shards) {
  return counter::placement{shards, {}}.of(name).shard;
}

}  // namespace

TEST_CASE("placement::of() returns the same shards on every machine with the same key") {
  const std::string longest(counter::limits::name_bytes_max, 'x');
  struct {
    std::string_view name;
    unsigned of_2, of_3, of_7, of_16, of_1024;
  } const cases[] = {
      {"a", 0, 0, 1, 4, 257},         {"b", 1, 1, 3, 8, 556},        {"c", 1, 2, 5, 13, 876},
      {"x", 1, 2, 5, 13, 837},        {"i", 0, 0, 0, 2, 143},        {"hits", 1, 1, 4, 10, 641},
      {"visits", 0, 1, 3, 7, 488},    {"site1/a", 1, 2, 5, 12, 789}, {"site1/b", 1, 2, 6, 15, 999},
      {"\xc3\xa9", 1, 2, 6, 14, 953}, {longest, 0, 0, 1, 4, 261},
  };
  for (const auto& [name, of_2, of_3, of_7, of_16, of_1024] : cases) {
    CAPTURE(name);
    CHECK(shard_of(name, 2) == of_2);
    CHECK(shard_of(name, 3) == of_3);
    CHECK(shard_of(name, 7) == of_7);
    CHECK(shard_of(name, 16) == of_16);
    CHECK(shard_of(name, 1024) == of_1024);
  }
}

TEST_CASE("placement::of() with one shard returns shard 0") {
  CHECK(shard_of("", 1) == 0);
  CHECK(shard_of("site1/b", 1) == 0);
}

TEST_CASE("placement::of() spreads names that differ in a number evenly") {
  constexpr unsigned names_each = 2'000;
  for (const unsigned shards : {2u, 3u, 7u, 16u, 64u}) {
    CAPTURE(shards);
    std::vector<unsigned> counts(shards);
    for (unsigned i = 0; i < shards * names_each; ++i)
      ++counts.at(shard_of("site/" + std::to_string(i), shards));
    for (const auto names : counts) {
      // About four standard deviations of a fair draw; the names are constant.
      CHECK(names > names_each * 9 / 10);
      CHECK(names < names_each * 11 / 10);
    }
  }
}

TEST_CASE("placement::of() reaches each of shards_max shards, and none beyond") {
  constexpr auto shards = counter::limits::shards_max;
  std::vector<bool> is_reached(shards);
  for (unsigned i = 0; i < 20 * shards; ++i)
    is_reached.at(shard_of(std::to_string(i), shards)) = true;
  for (unsigned shard = 0; shard < shards; ++shard) {
    CAPTURE(shard);
    CHECK(is_reached[shard]);
  }
}

TEST_CASE("placement::of() returns the hash, and another shard with another key") {
  const counter::placement left{1'000, {1, 2}}, right{1'000, {3, 4}};
  CHECK(left.of("visits").hash == counter::siphash({1, 2}, "visits"));
  unsigned alike = 0;
  for (int i = 0; i < 1'000; ++i) {
    const auto name = std::to_string(i);
    alike += left.of(name).shard == right.of(name).shard ? 1 : 0;
  }
  CHECK(alike < 20);
}
