#include "counter/listed_counters.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using counter::listed_counters;

namespace {

/// Returns names and values.
std::vector<std::pair<std::string, int>> content_of(const listed_counters& counters) {
  std::vector<std::pair<std::string, int>> content;
  for (const auto& counter : counters)
    content.emplace_back(counter.name, static_cast<int>(counter.state.value));
  return content;
}

}  // namespace

TEST_CASE("listed_counters::append() adds behind what is there, in order") {
  listed_counters counters;
  counters.append({});
  CHECK(counters.empty());
  counters.append({{"a", {1}}, {"bb", {2}}});
  CHECK(content_of(counters) == content_of({{"a", {1}}, {"bb", {2}}}));
  counters.append({{"c", {3}}});
  counters.append({});
  counters.append({{"dddd", {4}}, {"e", {5}}});
  counters.push_back({"f", {6}});
  CHECK(content_of(counters) ==
        content_of({{"a", {1}}, {"bb", {2}}, {"c", {3}}, {"dddd", {4}}, {"e", {5}}, {"f", {6}}}));
  CHECK(counters.name_bytes() == 10);
}

TEST_CASE("listed_counters::truncate() keeps the first ones, and what is added then follows") {
  listed_counters counters{{"a", {1}}, {"bb", {2}}, {"c", {3}}};
  counters.truncate(4);
  CHECK(counters.size() == 3);
  counters.truncate(2);
  counters.append({{"d", {4}}});
  CHECK(content_of(counters) == content_of({{"a", {1}}, {"bb", {2}}, {"d", {4}}}));
  counters.truncate(0);
  CHECK(counters.empty());
  counters.push_back({"e", {5}});
  CHECK(content_of(counters) == content_of({{"e", {5}}}));
}
