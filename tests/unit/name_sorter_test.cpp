#include "counter/shard/name_sorter.hpp"

#include "counter/shard/record.hpp"
#include "counter/shard/record_arena.hpp"
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

using counter::name_sorter;
using counter::record;
using counter::record_arena;
using counter::shared_prefix;
using counter::sort_key;

namespace {

using names = std::vector<std::string>;

names sorted(const names& all) {
  record_arena records;
  std::vector<record_arena::handle> handles;
  for (const auto& name : all) {
    handles.push_back(records.allocate(record::bytes(name)));
    record{records.at(handles.back())}.init(name);
  }
  name_sorter sorter{records};
  sorter.sort(handles);
  names result;
  for (const auto handle : handles)
    result.emplace_back(record{records.at(handle)}.name());
  return result;
}

}  // namespace

TEST_CASE("sort_key() sorts like the 8 bytes at its position") {
  CHECK(sort_key("", 0) == 0);
  CHECK(sort_key("a", 0) == 0x6100'0000'0000'0000);
  CHECK(sort_key("a", 1) == 0);
  CHECK(sort_key("abcdefgh", 0) == 0x6162'6364'6566'6768);
  CHECK(sort_key("xabcdefghi", 1) == 0x6162'6364'6566'6768);
  CHECK(sort_key("xabcdefg", 1) == 0x6162'6364'6566'6700);
  CHECK(sort_key("\xf0\x9f", 0) > sort_key("~~~~~~~~", 0));
}

TEST_CASE("shared_prefix() counts the bytes that two names begin with") {
  CHECK(shared_prefix("", "") == 0);
  CHECK(shared_prefix("a", "") == 0);
  CHECK(shared_prefix("", "a") == 0);
  CHECK(shared_prefix("ab", "a") == 1);
  CHECK(shared_prefix("ab", "ab") == 2);
  CHECK(shared_prefix("xab", "ab") == 0);
  CHECK(shared_prefix("abc", "abd") == 2);
}

TEST_CASE("name_sorter::sort() sorts names that differ anywhere, or nowhere but in length") {
  CHECK(sorted({}).empty());
  CHECK(sorted({"a"}) == names{"a"});
  const auto seed = unit::chosen_seed();
  MESSAGE("COUNTERD_TEST_SEED=" << seed);
  std::mt19937_64 random{seed};
  const std::string alphabets[] = {"a", "ab", "/0z~\xc3\xa9"};
  for (const auto& alphabet : alphabets)
    for (const std::size_t shared : {0, 1, 8, 9, 200}) {
      CAPTURE(alphabet);
      CAPTURE(shared);
      std::set<std::string> all;
      for (int i = 0; i < 500; ++i) {
        std::string name(shared, 'x');
        for (auto size = 1 + random() % 40; size > 0; --size)
          name += alphabet[random() % alphabet.size()];
        all.insert(std::move(name));
      }
      const names expected(all.begin(), all.end());
      auto shuffled = expected;
      std::shuffle(shuffled.begin(), shuffled.end(), random);
      CHECK(sorted(shuffled) == expected);
    }
}
