#include "counter/shard/record_arena.hpp"

#include <cassert>
#include <cstring>
#include <new>
#include <utility>

namespace counter {

namespace {

std::size_t units_of(std::size_t bytes) noexcept {
  assert(bytes > 0 && bytes <= record_arena::record_bytes_max);
  return (bytes + record_arena::alignment - 1) / record_arena::alignment;
}

}  // namespace

record_arena::handle record_arena::allocate(std::size_t bytes) {
  const auto units = units_of(bytes);
  bytes_ += units * alignment;
  if (released_[units] != none)
    return pop_released(units);
  if (units * alignment > chunk_bytes - used_) {
    // The greatest handle is `none`.
    if (chunks_.size() >= none / units_in_a_chunk)
      throw std::bad_alloc{};
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_bytes));
    used_ = 0;
  }
  const auto unit = (chunks_.size() - 1) * units_in_a_chunk + used_ / alignment;
  used_ += units * alignment;
  return static_cast<handle>(unit);
}

bool record_arena::needs_chunk(std::size_t bytes) const noexcept {
  const auto units = units_of(bytes);
  return released_[units] == none && units * alignment > chunk_bytes - used_;
}

bool record_arena::split_released(std::size_t bytes) noexcept {
  const auto units = units_of(bytes);
  for (auto larger = units + 1; larger < released_.size(); ++larger)
    if (released_[larger] != none) {
      const auto record = pop_released(larger);
      push_released(record, units);
      push_released(static_cast<handle>(record + units), larger - units);
      return true;
    }
  return false;
}

void record_arena::release(handle record, std::size_t bytes) noexcept {
  const auto units = units_of(bytes);
  bytes_ -= units * alignment;
  push_released(record, units);
}

record_arena::handle record_arena::pop_released(std::size_t units) noexcept {
  auto& last = released_[units];
  handle before;
  std::memcpy(&before, at(last), sizeof before);
  return std::exchange(last, before);
}

void record_arena::push_released(handle record, std::size_t units) noexcept {
  auto& last = released_[units];
  std::memcpy(at(record), &last, sizeof last);
  last = record;
}

}  // namespace counter
