#include "counter/shard/record_arena.hpp"

#include <bit>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

namespace counter {

namespace {

record_arena::handle units_of(std::size_t bytes) noexcept {
  assert(bytes > 0 && bytes <= record_arena::record_bytes_max);
  return static_cast<record_arena::handle>((bytes + record_arena::alignment - 1) /
                                           record_arena::alignment);
}

}  // namespace

record_arena::handle record_arena::allocate(std::size_t bytes) {
  const auto units = units_of(bytes);
  if (needs_piece(units))
    add_chunk();
  const auto list = smallest_list(units);
  const auto piece = free_lists_[list];
  const auto size = list < largest ? list : read(piece, size_index);
  const auto rest = size - units;
  // The record is the end of the piece, so a large piece stays in its list.
  if (list_of(rest) == list)
    write_size(piece, rest);
  else {
    unlink(piece, size);
    if (rest > 0)
      link(piece, rest);
  }
  if (auto& fresh = fresh_units_[piece / handles_in_a_chunk]; fresh != has_bitmap)
    fresh = static_cast<std::uint16_t>(rest);
  else
    flip(piece + rest, units);
  bytes_ += units * alignment;
  return piece + rest;
}

bool record_arena::needs_chunk(std::size_t bytes) const noexcept {
  return reserve_ == none && needs_piece(units_of(bytes));
}

bool record_arena::release(handle record, std::size_t bytes) noexcept {
  auto units = units_of(bytes);
  bytes_ -= units * alignment;
  if (fresh_units_[record / handles_in_a_chunk] != has_bitmap)
    begin_bitmap(record);
  flip(record, units);
  const auto begin = record % handles_in_a_chunk, end = begin + units;
  if (end < units_in_a_chunk && is_free(record + units)) {
    const auto next = record + units;
    const auto size = size_of(next);
    unlink(next, size);
    units += size;
  }
  if (begin > 0 && is_free(record - 1)) {
    const auto size = size_before(record);
    record -= size;
    unlink(record, size);
    units += size;
  }
  if (units == units_in_a_chunk)
    return drop_chunk(record);
  link(record, units);
  return false;
}

// -- chunks -------------------------------------------------------------------

/// Links a chunk without records.
void record_arena::add_chunk() {
  if (reserve_ != none)
    return link(std::exchange(reserve_, none), units_in_a_chunk);
  if (vacant_.empty()) {
    // The greatest handle is `none`.
    if (chunks_.size() >= none / handles_in_a_chunk)
      throw std::bad_alloc{};
    const auto first = chunks_.size() * handles_in_a_chunk;
    fresh_units_.resize(chunks_.size() + 1);
    chunks_.emplace_back();
    vacant_.reserve(chunks_.capacity());  // so that drop_chunk() cannot throw
    vacant_.push_back(static_cast<handle>(first));
  }
  const auto first = vacant_.back();
  chunks_[first / handles_in_a_chunk] = std::make_unique_for_overwrite<chunk>();
  fresh_units_[first / handles_in_a_chunk] = units_in_a_chunk;
  vacant_.pop_back();
  link(first, units_in_a_chunk);
}

/// Takes a chunk that has no records and is not linked. One is held in reserve, so that a
/// counter that comes and goes does not ask the system each time. Returns true if the chunk
/// was freed.
bool record_arena::drop_chunk(handle first) noexcept {
  if (reserve_ == none) {
    reserve_ = first;
    return false;
  }
  chunks_[first / handles_in_a_chunk].reset();
  vacant_.push_back(first);
  return true;
}

// -- units --------------------------------------------------------------------

/// Fills the bitmap of the unit's chunk, which has at most one piece: the fresh units.
void record_arena::begin_bitmap(handle unit) noexcept {
  auto& words = chunks_[unit / handles_in_a_chunk]->is_free;
  auto& fresh = fresh_units_[unit / handles_in_a_chunk];
  words.fill(0);
  std::fill_n(words.begin(), fresh / 64, ~std::uint64_t{0});
  words[fresh / 64] |= (std::uint64_t{1} << fresh % 64) - 1;
  fresh = has_bitmap;
}

bool record_arena::is_free(handle unit) const noexcept {
  const auto bit = unit % handles_in_a_chunk;
  return (chunks_[unit / handles_in_a_chunk]->is_free[bit / 64] >> bit % 64 & 1) != 0;
}

/// Makes the units of a record free, or those of a piece not. There are at most 63.
void record_arena::flip(handle first, handle units) noexcept {
  auto& words = chunks_[first / handles_in_a_chunk]->is_free;
  const auto bit = first % handles_in_a_chunk, shift = bit % 64;
  const auto mask = (std::uint64_t{1} << units) - 1;
  words[bit / 64] ^= mask << shift;
  if (shift + units > 64)
    words[bit / 64 + 1] ^= mask >> (64 - shift);
}

record_arena::handle record_arena::read(handle unit, std::size_t index) const noexcept {
  handle value;
  std::memcpy(&value, at(unit) + index * sizeof value, sizeof value);
  return value;
}

void record_arena::write(handle unit, std::size_t index, handle value) noexcept {
  std::memcpy(at(unit) + index * sizeof value, &value, sizeof value);
}

// -- pieces -------------------------------------------------------------------

record_arena::handle record_arena::size_of(handle piece) const noexcept {
  const bool is_at_end = piece % handles_in_a_chunk + 1 == units_in_a_chunk;
  return is_at_end || !is_free(piece + 1) ? 1 : read(piece, size_index);
}

/// The size of the piece that ends before the unit.
record_arena::handle record_arena::size_before(handle unit) const noexcept {
  const auto last = unit - 1;
  const bool is_at_begin = last % handles_in_a_chunk == 0;
  return is_at_begin || !is_free(last - 1) ? 1 : read(last, 0);
}

void record_arena::write_size(handle piece, handle units) noexcept {
  if (units == 1)
    return;
  write(piece, size_index, units);
  write(piece + units - 1, 0, units);
}

void record_arena::link(handle piece, handle units) noexcept {
  const auto list = list_of(units);
  auto& first = free_lists_[list];
  write(piece, previous_index, none);
  write(piece, next_index, first);
  write_size(piece, units);
  if (first != none)
    write(first, previous_index, piece);
  first = piece;
  has_pieces_ |= std::uint64_t{1} << list;
}

void record_arena::unlink(handle piece, handle units) noexcept {
  const auto list = list_of(units);
  const auto previous = read(piece, previous_index), next = read(piece, next_index);
  if (next != none)
    write(next, previous_index, previous);
  if (previous != none)
    write(previous, next_index, next);
  else if ((free_lists_[list] = next) == none)
    has_pieces_ &= ~(std::uint64_t{1} << list);
}

}  // namespace counter
