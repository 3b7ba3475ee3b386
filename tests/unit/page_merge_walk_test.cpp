// Complete lists, page by page, with shards that stop anywhere.

#include "counter/store/page_merge.hpp"
#include "tests/unit/fake_shards.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

using counter::page_merge;
using unit::fake_shard;

namespace {

using engine = std::minstd_rand;

std::size_t up_to(engine& numbers, std::size_t most) {
  return std::uniform_int_distribution<std::size_t>{0, most}(numbers);
}

std::string random_name(engine& numbers) {
  std::string name;
  for (auto left = up_to(numbers, 3); left-- > 0;)
    name += "ab/\x7e"[up_to(numbers, 3)];
  return name + static_cast<char>('a' + up_to(numbers, 2));
}

/// Returns one page. The shards reply in any order, while requests to others are still being sent.
counter::page page_of(page_merge& merge, const std::vector<fake_shard>& shards, engine& numbers) {
  std::vector<page_merge::source_request> waiting;
  std::set<unsigned> pending;
  while (!merge.is_done()) {
    while (auto next = merge.next_request()) {
      REQUIRE(pending.insert(next->source).second);
      waiting.push_back(std::move(*next));
      if (up_to(numbers, 1) == 0)
        break;
    }
    REQUIRE_FALSE(waiting.empty());
    std::swap(waiting[up_to(numbers, waiting.size() - 1)], waiting.back());
    const auto [source, request] = waiting.back();
    pending.erase(source);
    merge.take(source, shards[source].list(request));
    waiting.pop_back();
  }
  REQUIRE(waiting.empty());
  return merge.result();
}

void walk(engine& numbers) {
  std::vector<fake_shard> shards(1 + up_to(numbers, 4));
  const auto prefix = up_to(numbers, 2) == 0 ? random_name(numbers).substr(0, 1) : "";
  const auto limit = 1 + up_to(numbers, 8);
  std::vector<std::string> expected;
  std::set<std::string> names;
  for (auto left = up_to(numbers, 40); left-- > 0;)
    names.insert(random_name(numbers));
  for (const auto& name : names) {
    auto& shard = shards[up_to(numbers, shards.size() - 1)];
    shard.names.insert(name);
    if (up_to(numbers, 3) == 0)
      shard.gone.insert(name);
    else if (name.starts_with(prefix))
      expected.push_back(name);
  }
  for (auto& shard : shards)
    shard.steps = 1 + up_to(numbers, 10);

  std::vector<std::string> listed;
  for (std::string after;;) {
    page_merge merge{{prefix, after, limit}, static_cast<unsigned>(shards.size())};
    const auto page = page_of(merge, shards, numbers);
    const auto on_page = unit::names_in(page);
    listed.insert(listed.end(), on_page.begin(), on_page.end());
    if (page.is_last) {
      REQUIRE(on_page.size() <= limit);
      break;
    }
    REQUIRE(on_page.size() == limit);
    REQUIRE(listed.size() < expected.size());
    REQUIRE(page.reached == on_page.back());
    after = page.reached;
  }
  REQUIRE(listed == expected);
}

}  // namespace

TEST_CASE("page_merge lists every counter once and in order, wherever shards stop") {
  const auto seed = unit::test_seed();
  CAPTURE(seed);
  engine numbers{seed};
  for (int i = 0; i < 500; ++i)
    walk(numbers);
}
