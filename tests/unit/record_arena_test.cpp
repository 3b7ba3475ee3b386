#include "counter/record_arena.hpp"

#include "tests/unit/allocations.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <vector>

using counter::record_arena;

TEST_CASE("records of every size keep apart and stay where they are") {
  record_arena records;
  struct kept {
    record_arena::handle handle;
    std::size_t bytes;
    const std::byte* at;
  };
  std::vector<kept> all;
  // Several chunks, so that their ends are met at many sizes.
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

TEST_CASE("records are packed: little memory beside their own") {
  const auto before = unit::allocations::now().live_bytes;
  record_arena records;
  constexpr std::size_t many = 100'000, bytes = 30;
  for (std::size_t i = 0; i < many; ++i)
    records.allocate(bytes);
  CHECK(unit::allocations::now().live_bytes - before < many * 32 + 2 * record_arena::chunk_bytes);
}
