#include "counter/store/change_watch.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using counter::change_watch;
using hashes = std::vector<std::uint64_t>;

namespace {

struct listener {
  explicit listener(change_watch& watch) : id(watch.add_listener([this] { ++wakes; })) {}
  int wakes = 0;
  const change_watch::listener id;
};

}  // namespace

TEST_CASE("a change wakes whoever has armed the counter, once") {
  change_watch watch;
  const listener one{watch}, other{watch};
  CHECK_FALSE(watch.is_armed());
  watch.arm(7, one.id);
  CHECK(watch.is_armed());
  watch.report(8);
  CHECK(one.wakes == 0);
  watch.report(7);
  CHECK_FALSE(watch.is_armed());
  watch.report(7);
  CHECK(one.wakes == 1);
  CHECK(other.wakes == 0);
  CHECK(watch.take(one.id) == hashes{7});
  CHECK(watch.take(one.id).empty());
}

TEST_CASE("listeners are woken once for all that they have not taken") {
  change_watch watch;
  const listener one{watch}, other{watch};
  // Also such as share a lock.
  const hashes all{1, 2, 1025, 2049, UINT64_MAX};
  for (const auto hash : all) {
    watch.arm(hash, one.id);
    watch.arm(hash, other.id);
  }
  for (const auto hash : all)
    watch.report(hash);
  CHECK(one.wakes == 1);
  CHECK(other.wakes == 1);
  CHECK(watch.take(one.id) == all);
  watch.arm(1, one.id);
  watch.report(1);
  CHECK(one.wakes == 2);
  CHECK(watch.take(other.id) == all);
}

TEST_CASE("a counter that is armed twice by one listener wakes it once") {
  change_watch watch;
  const listener one{watch};
  watch.arm(7, one.id);
  watch.arm(7, one.id);
  watch.report(7);
  CHECK(watch.take(one.id) == hashes{7});
  CHECK_FALSE(watch.is_armed());
}

TEST_CASE("disarm() takes back what one listener has armed") {
  change_watch watch;
  const listener one{watch}, other{watch};
  watch.arm(7, one.id);
  watch.arm(7, other.id);
  watch.disarm(7, one.id);
  watch.disarm(8, one.id);
  CHECK(watch.is_armed());
  watch.report(7);
  CHECK(one.wakes == 0);
  CHECK(watch.take(other.id) == hashes{7});
  CHECK_FALSE(watch.is_armed());
}
