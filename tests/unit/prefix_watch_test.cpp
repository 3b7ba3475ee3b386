#include "counter/store/prefix_watch.hpp"
#include "counter/limits.hpp"
#include "counter/store/reported_names.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using counter::prefix_watch;
using names = std::vector<std::string>;

namespace {

struct follower {
  follower(prefix_watch& of, const std::string& prefix)
      : watch(of),
        id(*of.arm(prefix, [this] { ++wakes; })) {}
  ~follower() { watch.disarm(id); }
  follower(const follower&) = delete;
  follower& operator=(const follower&) = delete;

  names take() {
    auto taken = watch.take(id).names;
    std::sort(taken.begin(), taken.end());
    return taken;
  }

  prefix_watch& watch;
  int wakes = 0;
  const prefix_watch::subscriber id;
};

}  // namespace

TEST_CASE("a prefix_watch collects the names that begin with a prefix, each once") {
  prefix_watch watch;
  CHECK_FALSE(watch.is_armed());
  {
    follower pages{watch, "page/"}, same{watch, "page/"}, all{watch, ""};
    CHECK(watch.is_armed());
    for (const auto* name : {"page/b", "page/a", "page", "pag", "page/b"})
      watch.report(name);
    CHECK(pages.wakes == 1);
    CHECK(pages.take() == names{"page/a", "page/b"});
    CHECK(pages.take().empty());
    CHECK(same.take() == names{"page/a", "page/b"});
    CHECK(all.take() == names{"pag", "page", "page/a", "page/b"});
    CHECK(all.wakes == 1);
    watch.report("page/b");
    CHECK(pages.wakes == 2);
    CHECK(pages.take() == names{"page/b"});
  }
  CHECK_FALSE(watch.is_armed());
  watch.report("page/b");
}

TEST_CASE("a prefix_watch keeps so many names, and says that there were more") {
  prefix_watch watch;
  const follower all{watch, ""};
  for (std::size_t i = 0; i < counter::limits::changed_names_max; ++i)
    watch.report(std::to_string(i));
  CHECK_FALSE(watch.take(all.id).has_more);
  for (std::size_t i = 0; i <= counter::limits::changed_names_max; ++i)
    watch.report(std::to_string(i));
  CHECK(watch.is_full());
  {
    const follower another{watch, "x"};
    CHECK_FALSE(watch.is_full());
    watch.report("y");
    CHECK_FALSE(watch.is_full());
  }
  watch.report("y");
  CHECK(watch.is_full());
  const auto taken = watch.take(all.id);
  CHECK_FALSE(watch.is_full());
  CHECK(taken.has_more);
  CHECK(taken.names.size() == counter::limits::changed_names_max);
  CHECK(all.wakes == 2);
  CHECK_FALSE(watch.take(all.id).has_more);
}

TEST_CASE("a prefix_watch has room for so many prefixes, whoever follows them") {
  prefix_watch watch;
  std::vector<prefix_watch::subscriber> all;
  for (std::size_t i = 0; i < counter::limits::watched_prefixes_max; ++i)
    all.push_back(watch.arm(std::to_string(i), [] {}).value());
  CHECK_FALSE(watch.arm("another", [] {}));
  const auto same = watch.arm("1", [] {});
  REQUIRE(same);
  watch.disarm(all[1]);
  CHECK_FALSE(watch.arm("another", [] {}));
  watch.disarm(*same);
  CHECK(watch.arm("another", [] {}));
}

TEST_CASE("a loop reports a name once, until somebody takes names or comes to follow") {
  prefix_watch watch;
  counter::reported_names reported;
  follower all{watch, ""};
  const auto reports = [&](std::uint64_t hash) { return reported.add(hash, watch.epoch()); };
  CHECK(reports(7));
  CHECK_FALSE(reports(7));
  CHECK(reports(8));
  all.take();
  CHECK(reports(7));
  CHECK_FALSE(reports(7));
  const follower another{watch, "x"};
  CHECK(reports(7));
  // These share a place.
  CHECK(reports(7 + 1024));
  CHECK(reports(7));
}
