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

TEST_CASE("record_arena::allocate() takes from the smallest piece that is large enough") {
  record_arena records;
  const auto allocate_between_records = [&](std::size_t bytes) {
    const auto record = records.allocate(bytes);
    records.allocate(8);
    return record;
  };
  const auto large = allocate_between_records(100);
  const auto small = allocate_between_records(40);
  const auto medium = allocate_between_records(64);
  records.release(large, 100);
  records.release(small, 40);
  records.release(medium, 64);
  CHECK(records.allocate(33) == small);
  CHECK(records.allocate(64) == medium);
  CHECK(records.allocate(33) == large + 8);  // the end of the 13 units
  CHECK(records.allocate(64) == large);
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
  const auto before = unit::allocations::now().live_bytes;
  for (std::size_t round = 0; round < 50; ++round) {
    for (std::size_t i = 0; i < many; ++i)
      records.release(living[i], bytes_of(i));
    for (std::size_t i = 0; i < many; ++i)
      living[i] = records.allocate(bytes_of(i));
  }
  CHECK(unit::allocations::now().live_bytes <= before);
}

TEST_CASE("record_arena::needs_chunk() says when allocate() asks the system") {
  record_arena records;
  for (std::size_t i = 0; i < 5'000; ++i) {
    const auto bytes = 1 + i * 37 % record_arena::record_bytes_max;
    const bool needs_chunk = records.needs_chunk(bytes);
    const auto before = unit::allocations::now().live_bytes;
    records.allocate(bytes);
    const bool grew = unit::allocations::now().live_bytes >= before + record_arena::chunk_bytes / 2;
    REQUIRE(grew == needs_chunk);
  }
}

TEST_CASE("a record that comes and goes alone does not make the arena ask the system") {
  record_arena records;
  records.release(records.allocate(20), 20);
  const auto before = unit::allocations::now().calls;
  for (int i = 0; i < 100; ++i) {
    REQUIRE_FALSE(records.needs_chunk(20));
    REQUIRE_FALSE(records.release(records.allocate(20), 20));
  }
  CHECK(unit::allocations::now().calls == before);
}
