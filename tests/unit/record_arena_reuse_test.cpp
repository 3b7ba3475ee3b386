// record_arena: the memory of released records serves records of every size.

#include "counter/shard/record_arena.hpp"

#include "tests/unit/allocations.hpp"
#include "tests/unit/seed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <random>
#include <vector>

using counter::record_arena;

namespace {

/// Sizes of records: names of 1, 7, 20, 64, 160 and 256 bytes, and the extremes.
constexpr std::size_t sizes[] = {1, 19, 25, 38, 82, 178, 274, record_arena::record_bytes_max};
constexpr std::size_t chunks = 4;

/// Fills whole chunks with records of a size. Returns their handles.
std::vector<record_arena::handle> fill(record_arena& records, std::size_t bytes) {
  std::vector<record_arena::handle> all;
  for (std::size_t count = 0; count < chunks; ++count)
    do
      all.push_back(records.allocate(bytes));
    while (!records.needs_chunk(bytes));
  return all;
}

}  // namespace

TEST_CASE("chunks of released records serve records of every other size") {
  for (const auto first : sizes)
    for (const auto second : sizes) {
      CAPTURE(first);
      CAPTURE(second);
      record_arena records;
      const auto all = fill(records, first);
      const auto peak = unit::allocations::now().live_bytes;
      for (const auto handle : all)
        records.release(handle, first);
      CHECK(records.bytes() == 0);
      while (records.bytes() < chunks * record_arena::chunk_bytes * 97 / 100)
        records.allocate(second);
      CHECK(unit::allocations::now().live_bytes <= peak);
    }
}

TEST_CASE("chunks with one record left serve records of every other size") {
  for (const auto first : sizes)
    for (const auto second : sizes) {
      CAPTURE(first);
      CAPTURE(second);
      record_arena records;
      const auto all = fill(records, first);
      const auto in_a_chunk = all.size() / chunks;
      for (std::size_t i = 0; i < all.size(); ++i)
        if (i % in_a_chunk != in_a_chunk / 2)
          records.release(all[i], first);
      while (!records.needs_chunk(second))
        records.allocate(second);
      CHECK(records.bytes() > chunks * record_arena::chunk_bytes * 97 / 100);
    }
}

TEST_CASE("record_arena::release() gives every chunk back but one") {
  record_arena records;
  auto all = fill(records, 38);
  const auto full = unit::allocations::now().live_bytes;
  std::shuffle(all.begin(), all.end(), std::minstd_rand{1});
  std::size_t given_back = 0;
  for (const auto handle : all)
    given_back += records.release(handle, 38) ? 1 : 0;
  CHECK(given_back == chunks - 1);
  CHECK(unit::allocations::now().live_bytes <=
        full - given_back * record_arena::chunk_record_bytes);
  // They come back, with other handles or the same.
  CHECK(fill(records, 100).size() > chunks * 2'400);
  CHECK(records.needs_chunk(100));
}

TEST_CASE("records allocated and released at random keep their bytes and do not overlap") {
  const auto seed = unit::chosen_seed();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  struct allocation {
    record_arena::handle handle;
    std::size_t bytes;
    std::uint8_t content;
  };
  record_arena records;
  std::vector<allocation> all;
  std::map<const std::byte*, const std::byte*> ranges;
  std::size_t bytes_in_units = 0;
  const auto rounded = [](std::size_t bytes) { return (bytes + 7) / 8 * 8; };
  const auto allocate = [&](std::size_t bytes) {
    const allocation added{records.allocate(bytes), bytes, static_cast<std::uint8_t>(random())};
    auto* const at = records.at(added.handle);
    REQUIRE(reinterpret_cast<std::uintptr_t>(at) % record_arena::alignment == 0);
    const auto next = ranges.lower_bound(at);
    REQUIRE((next == ranges.end() || next->first >= at + bytes));
    REQUIRE((next == ranges.begin() || std::prev(next)->second <= at));
    ranges.emplace(at, at + bytes);
    std::memset(at, added.content, bytes);
    all.push_back(added);
    bytes_in_units += rounded(bytes);
  };
  const auto release = [&](std::size_t index) {
    const auto released = all[index];
    const auto* const at = records.at(released.handle);
    for (std::size_t i = 0; i < released.bytes; ++i)
      REQUIRE(at[i] == static_cast<std::byte>(released.content));
    ranges.erase(at);
    records.release(released.handle, released.bytes);
    all[index] = all.back();
    all.pop_back();
    bytes_in_units -= rounded(released.bytes);
  };
  // Phases differ in sizes and in growth, so that pieces of all sizes come about.
  for (int phase = 0; phase < 40; ++phase) {
    const auto least = 1 + random() % record_arena::record_bytes_max;
    const auto most = least + random() % (record_arena::record_bytes_max + 1 - least);
    const auto growth = 20 + random() % 61;
    for (int step = 0; step < 3'000; ++step) {
      if (all.empty() || random() % 100 < growth)
        allocate(least + random() % (most + 1 - least));
      else
        release(random() % all.size());
      REQUIRE(records.bytes() == bytes_in_units);
    }
  }
  while (!all.empty())
    release(random() % all.size());
  CHECK(records.bytes() == 0);
  // All that was released has merged: a chunk is in reserve, and it is whole.
  std::size_t count = 0;
  for (; !records.needs_chunk(8); ++count)
    records.allocate(8);
  CHECK(count == record_arena::chunk_record_bytes / 8);
}
