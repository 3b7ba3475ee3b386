#include "counter/store/page_merge.hpp"

#include "tests/unit/fake_shards.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using counter::outcome;
using counter::page;
using counter::page_merge;
using unit::fake_shard;
using unit::names_in;

namespace {

using names = std::vector<std::string>;

std::vector<page_merge::source_request> requests_of(page_merge& merge) {
  std::vector<page_merge::source_request> requests;
  while (auto next = merge.next_request())
    requests.push_back(std::move(*next));
  return requests;
}

/// Returns the merged page of shards that reply to every request, in their order.
page run(page_merge& merge, const std::vector<fake_shard>& shards) {
  while (!merge.is_done())
    for (const auto& [source, request] : requests_of(merge))
      merge.take(source, shards[source].list(request));
  return merge.result();
}

}  // namespace

TEST_CASE("page_merge requests a page from every source at once, no larger than needed") {
  page_merge merge{{"a", "ab", 10}, 3};
  CHECK_FALSE(merge.is_done());
  const auto requests = requests_of(merge);
  REQUIRE(requests.size() == 3);
  for (unsigned i = 0; i < 3; ++i) {
    const auto& [source, request] = requests[i];
    CHECK(source == i);
    CHECK(request.prefix == "a");
    CHECK(request.after == "ab");
    CHECK(request.limit >= 1);
    CHECK(request.limit <= 11);
  }
  CHECK_FALSE(merge.is_done());
  page_merge alone{{"", "", 1000}, 1};
  CHECK(requests_of(alone).at(0).request.limit == 1001);
  page_merge shared{{"", "", 1000}, 1024};
  CHECK(requests_of(shared).at(0).request.limit < 100);
}

TEST_CASE("page_merge without counters returns an empty last page") {
  page_merge merge{{}, 2};
  const auto result = run(merge, std::vector<fake_shard>(2));
  CHECK(result.outcome == outcome::ok);
  CHECK(result.counters.empty());
  CHECK(result.is_last);
}

TEST_CASE("page_merge returns a page that is not the last only if more counters follow") {
  const std::vector<fake_shard> shards{fake_shard{{"a", "c"}}, fake_shard{{"b"}}};
  for (const std::size_t limit : {3u, 4u, 1000u}) {
    CAPTURE(limit);
    page_merge merge{{"", "", limit}, 2};
    const auto result = run(merge, shards);
    CHECK(names_in(result) == names{"a", "b", "c"});
    CHECK(result.is_last);
  }
  page_merge first{{"", "", 2}, 2};
  const auto result = run(first, shards);
  CHECK(names_in(result) == names{"a", "b"});
  CHECK_FALSE(result.is_last);
  CHECK(result.reached == "b");
  page_merge second{{"", "b", 2}, 2};
  const auto last = run(second, shards);
  CHECK(names_in(last) == names{"c"});
  CHECK(last.is_last);
}

TEST_CASE("page_merge returns the states of the counters") {
  page_merge merge{{}, 1};
  const auto result = run(merge, {fake_shard{{"a"}}});
  REQUIRE(result.counters.size() == 1);
  CHECK(result.counters[0].state == counter::state{1, 7});
}

TEST_CASE("page_merge returns the same page in whatever order the sources reply") {
  const std::vector<fake_shard> shards{fake_shard{{"a", "e"}}, fake_shard{{"b", "d"}},
                                       fake_shard{{"c"}}};
  std::vector<std::size_t> order{0, 1, 2};
  do {
    page_merge merge{{"", "", 4}, 3};
    const auto requests = requests_of(merge);
    REQUIRE(requests.size() == 3);
    for (const auto i : order) {
      CHECK_FALSE(merge.is_done());
      merge.take(requests[i].source, shards[i].list(requests[i].request));
    }
    REQUIRE(merge.is_done());
    const auto result = merge.result();
    CHECK(names_in(result) == names{"a", "b", "c", "d"});
    CHECK(result.reached == "d");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("page_merge requests the next page only from a source whose page ran out") {
  page_merge merge{{"", "", 10}, 2};
  const auto requests = requests_of(merge);
  REQUIRE(requests.size() == 2);
  merge.take(0, {outcome::ok, {{"a", {}}}, false, "a"});
  CHECK_FALSE(merge.next_request().has_value());  // the other source has not replied
  merge.take(1, {outcome::ok, {{"b", {}}, {"z", {}}}, true, ""});
  CHECK_FALSE(merge.is_done());
  const auto more = requests_of(merge);
  REQUIRE(more.size() == 1);
  CHECK(more[0].source == 0);
  CHECK(more[0].request.after == "a");
  merge.take(0, {outcome::ok, {{"c", {}}}, true, ""});
  REQUIRE(merge.is_done());
  CHECK(names_in(merge.result()) == names{"a", "b", "c", "z"});
}

TEST_CASE("page_merge goes on after an empty page that is not the last") {
  page_merge merge{{"", "", 10}, 1};
  std::string reached;
  for (const auto* next : {"a", "b", "c"}) {
    const auto requests = requests_of(merge);
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].request.after == reached);
    reached = next;
    merge.take(0, {outcome::ok, {}, false, reached});
    CHECK_FALSE(merge.is_done());
  }
  const auto requests = requests_of(merge);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].request.after == "c");
  merge.take(0, {outcome::ok, {{"d", {}}}, true, ""});
  REQUIRE(merge.is_done());
  CHECK(names_in(merge.result()) == names{"d"});
}

TEST_CASE("page_merge sends no request once the page is full") {
  page_merge merge{{"", "", 1}, 2};
  REQUIRE(requests_of(merge).size() == 2);
  merge.take(0, {outcome::ok, {{"a", {}}, {"b", {}}}, false, "b"});
  merge.take(1, {outcome::ok, {{"x", {}}}, false, "x"});
  CHECK(merge.is_done());
  CHECK_FALSE(merge.next_request().has_value());
  CHECK(names_in(merge.result()) == names{"a"});
}

TEST_CASE("page_merge returns the failure of a source when all have replied") {
  for (const auto failure : {outcome::overloaded, outcome::draining}) {
    for (const unsigned failing : {0u, 1u, 2u}) {
      CAPTURE(failing);
      page_merge merge{{"", "", 10}, 3};
      REQUIRE(requests_of(merge).size() == 3);
      for (unsigned source = 0; source < 3; ++source) {
        CHECK_FALSE(merge.is_done());
        // The other sources would need another request.
        merge.take(source,
                   source == failing ? page{failure} : page{outcome::ok, {{"a", {}}}, false, "a"});
      }
      REQUIRE(merge.is_done());
      CHECK_FALSE(merge.next_request().has_value());
      const auto result = merge.result();
      CHECK(result.outcome == failure);
      CHECK(result.counters.empty());
    }
  }
}

TEST_CASE("page_merge sends no request after a source has failed") {
  page_merge merge{{"", "", 10}, 2};
  REQUIRE(merge.next_request().has_value());
  merge.take(0, page{outcome::draining});
  REQUIRE(merge.is_done());
  CHECK(merge.result().outcome == outcome::draining);
}
