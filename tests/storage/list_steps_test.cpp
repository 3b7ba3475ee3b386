// What a list costs that finds few counters among many deleted or expired ones.

#include "counter/limits.hpp"
#include "storage/rocksdb/rocks_ledger.hpp"
#include "tests/storage/support/test_disk.hpp"

#include <rocksdb/perf_context.h>
#include <rocksdb/perf_level.h>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

using namespace storage_tests;

namespace {

constexpr std::size_t counters = 20'000, counters_of_a_group = 1'000;
/// One in so many is on the list.
constexpr std::size_t gap = 100;
constexpr std::size_t listed = counters / gap;
constexpr std::size_t page_limit = 50, pages = listed / page_limit + 1;
constexpr std::size_t steps = counter::limits::shard_steps_max;

std::string name_of(std::size_t number) {
  return "counter-" + std::to_string(100'000 + number);
}

enum class absent : std::uint8_t { deleted, expired };

/// Creates the counters; afterwards all but one in `gap` of them are deleted, or have expired.
void fill(storage::rocks_ledger& ledger, absent why) {
  const auto writer = ledger.open_writer(0);
  const auto state_of = [&](std::size_t number) {
    const bool expires = why == absent::expired && number % gap != 0;
    return counted(1, number + 1, expires ? std::optional{at(1)} : std::nullopt);
  };
  const auto write = [&](auto put) {
    for (std::size_t i = 0; i < counters; ++i) {
      put(i);
      if ((i + 1) % counters_of_a_group == 0)
        REQUIRE(writer->commit(counters, at(0), 0, 0) == counter::commit_result::ok);
    }
  };
  write([&](std::size_t i) { writer->put(name_of(i), std::nullopt, state_of(i)); });
  if (why == absent::deleted)
    write([&](std::size_t i) {
      if (i % gap != 0)
        writer->put(name_of(i), state_of(i), std::nullopt);
    });
}

struct walk_cost {
  std::size_t calls = 0;     ///< of list()
  std::size_t counters = 0;  ///< on all pages
  std::uint64_t skipped_rows = 0;
};

/// Lists all counters, page by page.
walk_cost list_all(storage::rocks_ledger& ledger) {
  walk_cost all;
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  rocksdb::get_perf_context()->Reset();
  std::string after;
  for (bool is_last = false; !is_last;) {
    for (std::size_t room = page_limit; room > 0 && !is_last; ++all.calls) {
      REQUIRE(all.calls < counters);
      auto page = ledger.list({.after = after, .limit = room}, at(2), steps);
      REQUIRE(page.outcome == counter::outcome::ok);
      room -= page.counters.size();
      all.counters += page.counters.size();
      is_last = page.is_last;
      after = std::move(page.reached);
    }
  }
  const auto& context = *rocksdb::get_perf_context();
  all.skipped_rows = context.internal_key_skipped_count + context.internal_delete_skipped_count;
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  return all;
}

}  // namespace

TEST_CASE("list() looks at each counter that was deleted or has expired once a walk") {
  for (const auto why : {absent::deleted, absent::expired}) {
    for (const bool are_merged : {false, true}) {
      CAPTURE((why == absent::deleted));
      CAPTURE(are_merged);
      temporary_directory root;
      auto settings = small(root.path());
      if (!are_merged)
        settings.write_buffer = std::size_t{16} << 20;
      storage::rocks_ledger ledger{settings};
      fill(ledger, why);
      // The first walk also puts the changes in the write buffer in order.
      constexpr auto changes_max = 2 * counters;
      const auto first = list_all(ledger);
      CHECK(first.calls <= (counters + changes_max) / steps + pages);
      for (const auto& walk : {first, list_all(ledger)}) {
        CHECK(walk.counters == listed);
        // Each row and its deletion, and at the end of a call those up to the next counter.
        CHECK(walk.skipped_rows <= changes_max + 2 * gap * walk.calls);
      }
      CHECK(list_all(ledger).calls <= counters / steps + pages);
    }
  }
}
