// Complete lists, page by page, with shards that stop anywhere.

#include "http/api/v1/cursor.hpp"
#include "http/api/v1/list_exchange.hpp"
#include "tests/unit/v1/fake_shards.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

using http::v1::list_exchange;
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
http::response page_of(list_exchange& list, const std::vector<fake_shard>& shards,
                       engine& numbers) {
  std::vector<counter::request> waiting;
  std::set<unsigned> asked;
  while (!list.is_done()) {
    while (auto request = list.next_request()) {
      REQUIRE(asked.insert(std::get<counter::page_request>(*request).mailbox).second);
      waiting.push_back(std::move(*request));
      if (up_to(numbers, 1) == 0)
        break;
    }
    REQUIRE_FALSE(waiting.empty());
    std::swap(waiting[up_to(numbers, waiting.size() - 1)], waiting.back());
    const auto& request = std::get<counter::page_request>(waiting.back());
    asked.erase(request.mailbox);
    auto page = shards[request.mailbox].list(request);
    list.take(unit::answered(std::move(waiting.back()), std::move(page)));
    waiting.pop_back();
  }
  REQUIRE(waiting.empty());
  return list.response();
}

void walk(engine& numbers) {
  counter::store_traits store;
  store.first_list = static_cast<unsigned>(up_to(numbers, 2));
  store.lists = static_cast<unsigned>(1 + up_to(numbers, 4));
  // The mailboxes before the first list receive no request.
  std::vector<fake_shard> shards(store.first_list + store.lists);
  const auto prefix = up_to(numbers, 2) == 0 ? random_name(numbers).substr(0, 1) : "";
  const auto limit = 1 + up_to(numbers, 8);
  std::vector<std::string> expected;
  std::set<std::string> names;
  for (auto left = up_to(numbers, 40); left-- > 0;)
    names.insert(random_name(numbers));
  for (const auto& name : names) {
    auto& shard = shards[store.first_list + up_to(numbers, store.lists - 1)];
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
    list_exchange list{{prefix, limit, after}, store};
    const auto response = page_of(list, shards, numbers);
    const auto page = unit::names_in(response);
    listed.insert(listed.end(), page.begin(), page.end());
    const auto cursor = unit::member(response.body.view(), "next_cursor");
    REQUIRE(response.fields.view().empty() == (cursor == "null"));
    if (cursor == "null") {
      REQUIRE(page.size() <= limit);
      break;
    }
    REQUIRE(page.size() == limit);
    REQUIRE(listed.size() < expected.size());
    const auto name = http::v1::parse_cursor(cursor.substr(1, cursor.size() - 2));
    REQUIRE(name == page.back());
    after = *name;
  }
  REQUIRE(listed == expected);
}

}  // namespace

TEST_CASE(
    "list_exchange lists every counter once and in order over all pages, wherever shards stop") {
  const auto seed = unit::test_seed();
  CAPTURE(seed);
  engine numbers{seed};
  for (int i = 0; i < 500; ++i)
    walk(numbers);
}
