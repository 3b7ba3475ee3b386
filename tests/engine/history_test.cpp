#include "tests/engine/support/history.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

using support::history;

namespace {

history::event event(int begin, int end, std::int64_t value, std::uint64_t version,
                     bool is_read = false) {
  const history::clock::time_point zero{};
  return {zero + std::chrono::seconds{begin}, zero + std::chrono::seconds{end}, value, version,
          is_read};
}

std::string defect_of(const std::vector<history::event>& events) {
  history seen;
  for (const auto& each : events)
    seen.add(each);
  return seen.defect();
}

}  // namespace

// The tests of this directory rest on this judge.
TEST_CASE("a history finds what contradicts one order of additions") {
  CHECK(defect_of({event(0, 1, 1, 10), event(2, 3, 2, 11), event(4, 5, 2, 11, true)}) == "");
  // These overlap: either may be first.
  CHECK(defect_of({event(0, 3, 2, 11), event(1, 2, 1, 10), event(0, 9, 1, 10, true)}) == "");
  CHECK(defect_of({event(0, 1, 1, 10), event(0, 1, 1, 11)}) != "");        // counted once
  CHECK(defect_of({event(0, 1, 1, 10), event(0, 1, 2, 10)}) != "");        // one version
  CHECK(defect_of({event(0, 1, 2, 10), event(0, 1, 1, 11)}) != "");        // backwards
  CHECK(defect_of({event(0, 1, 2, 11), event(2, 3, 1, 10)}) != "");        // later, but before
  CHECK(defect_of({event(0, 1, 2, 11), event(2, 3, 1, 10, true)}) != "");  // a stale read
  CHECK(defect_of({event(0, 1, 1, 10, true), event(2, 3, 1, 10)}) != "");  // read too early
  CHECK(defect_of({event(0, 1, 1, 10), event(2, 3, 5, 10, true)}) != "");  // another value
}
