#include "counter/shard/record_arena.hpp"

#include "tests/unit/allocations.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

using counter::record_arena;

TEST_CASE("records of every size do not overlap and never move") {
  record_arena records;
  struct allocation {
    record_arena::handle handle;
    std::size_t bytes;
    const std::byte* at;
  };
  std::vector<allocation> all;
  // Several chunks, which end with records of different sizes.
  for (std::size_t i = 0; i < 5'000; ++i) {
    const auto bytes = 1 + i * 37 % record_arena::record_bytes_max;
    const auto handle = records.allocate(bytes);
    std::memset(records.at(handle), static_cast<int>(i % 251), bytes);
    all.push_back({handle, bytes, records.at(handle)});
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    const auto& [handle, bytes, at] = all[i];
    REQUIRE(records.at(handle) == at);
    REQUIRE(reinterpret_cast<std::uintptr_t>(at) % record_arena::alignment == 0);
    for (std::size_t j = 0; j < bytes; ++j)
      REQUIRE(at[j] == static_cast<std::byte>(i % 251));
  }
}

TEST_CASE("a record_arena takes little memory besides its records") {
  const auto before = unit::allocations::now().live_bytes;
  record_arena records;
  constexpr std::size_t many = 100'000, bytes = 30;
  for (std::size_t i = 0; i < many; ++i)
    records.allocate(bytes);
  CHECK(unit::allocations::now().live_bytes - before < many * 32 + 2 * record_arena::chunk_bytes);
}

TEST_CASE("record_arena::allocate() reuses a released record of the same size only") {
  record_arena records;
  const auto first = records.allocate(20);
  records.allocate(20);
  records.release(first, 20);
  CHECK(records.allocate(16) != first);  // a unit less
  CHECK(records.allocate(25) != first);  // a unit more
  CHECK(records.allocate(24) == first);  // as many units
  CHECK(records.allocate(20) != first);
}

TEST_CASE("record_arena::allocate() reuses each released record once") {
  record_arena records;
  for (const auto bytes : {std::size_t{1}, record_arena::alignment, std::size_t{300},
                           record_arena::record_bytes_max}) {
    CAPTURE(bytes);
    std::vector<record_arena::handle> released, again;
    for (std::size_t i = 0; i < 1'000; ++i)
      released.push_back(records.allocate(bytes));
    for (const auto handle : released)
      records.release(handle, bytes);
    for (std::size_t i = 0; i < released.size(); ++i)
      again.push_back(records.allocate(bytes));
    std::sort(released.begin(), released.end());
    std::sort(again.begin(), again.end());
    CHECK(again == released);
    CHECK(std::adjacent_find(again.begin(), again.end()) == again.end());
  }
}

TEST_CASE("record_arena::release() leaves the bytes of other records alone") {
  record_arena records;
  constexpr std::size_t bytes = 8;  // the size of the free list's entries
  std::vector<record_arena::handle> all;
  for (std::size_t i = 0; i < 300; ++i) {
    all.push_back(records.allocate(bytes));
    std::memset(records.at(all.back()), 7, bytes);
  }
  for (std::size_t i = 0; i < all.size(); i += 2)
    records.release(all[i], bytes);
  for (std::size_t i = 1; i < all.size(); i += 2)
    for (std::size_t j = 0; j < bytes; ++j)
      REQUIRE(records.at(all[i])[j] == std::byte{7});
}

TEST_CASE("records that are released and allocated again take no more memory") {
  record_arena records;
  std::vector<record_arena::handle> living;
  const auto bytes_of = [](std::size_t i) { return 19 + i % 256; };
  constexpr std::size_t many = 3'000;
  for (std::size_t i = 0; i < many; ++i)
    living.push_back(records.allocate(bytes_of(i)));
  const auto before = unit::allocations::now();
  for (std::size_t round = 0; round < 50; ++round) {
    for (std::size_t i = 0; i < many; ++i)
      records.release(living[i], bytes_of(i));
    for (std::size_t i = 0; i < many; ++i)
      living[i] = records.allocate(bytes_of(i));
  }
  CHECK(unit::allocations::now().calls == before.calls);
  CHECK(unit::allocations::now().live_bytes == before.live_bytes);
}

TEST_CASE("record_arena::split_released() makes a larger released record serve smaller ones") {
  record_arena records;
  CHECK(records.needs_chunk(1));
  std::vector<record_arena::handle> all;
  do
    all.push_back(records.allocate(256));
  while (!records.needs_chunk(256));
  while (!records.needs_chunk(1))
    records.allocate(1);
  CHECK_FALSE(records.split_released(1));
  const auto first = records.at(all[0]);
  std::memset(records.at(all[1]), 7, 256);
  records.release(all[0], 256);
  CHECK_FALSE(records.split_released(257));
  CHECK_FALSE(records.split_released(256));  // it fits as it is
  CHECK_FALSE(records.needs_chunk(256));
  // 100 bytes are 104: two of them and a rest of 48.
  for (int i = 0; i < 2; ++i) {
    CAPTURE(i);
    REQUIRE(records.split_released(100));
    CHECK_FALSE(records.needs_chunk(100));
    const auto part = records.at(records.allocate(100));
    CHECK(part == first + i * 104);
    std::memset(part, i, 100);
  }
  CHECK_FALSE(records.split_released(100));
  CHECK_FALSE(records.needs_chunk(48));
  CHECK(records.at(records.allocate(48)) == first + 208);
  CHECK(records.needs_chunk(1));
  CHECK(std::all_of(records.at(all[1]), records.at(all[1]) + 256,
                    [](std::byte byte) { return byte == std::byte{7}; }));
}
