#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace counter {

/// Memory for small records, packed in large chunks: no header, rounding to 8 bytes, and
/// handles of 4 bytes in place of pointers. Records never move.
///
/// Released memory serves records of every size: release() merges it with its free
/// neighbours, and a chunk without records is freed, except one that is held in reserve.
/// allocate() takes from the smallest piece that is large enough ("best fit"; Wilson et al.,
/// "Dynamic Storage Allocation: A Survey and Critical Review", 1995). Both take constant
/// time: there is a free list for each size, and a bitmap of those that are not empty, as
/// in TLSF (Masmano et al., "TLSF: a New Dynamic Memory Allocator for Real-Time Systems",
/// 2004). TLSF's boundary tags would cost each record a header; here each chunk has a
/// bitmap of its free units instead, of 1/64 of its size, which is not touched before the
/// first release.
class record_arena {
public:
  using handle = std::uint32_t;

  record_arena() noexcept { free_lists_.fill(none); }

  /// Records begin at multiples of this.
  static constexpr std::size_t alignment = 8;
  /// The size of the largest record. A larger free piece fits every record, so all such
  /// pieces share a list, and the bitmap of the lists is one word.
  static constexpr std::size_t record_bytes_max = 63 * alignment;
  /// What a chunk has for records. Large, so that the system is rarely asked for one.
  static constexpr std::size_t chunk_record_bytes = 256 * 1024 - 2 * alignment;
  /// What a chunk takes at most: with its bitmap and malloc's header it is 65 pages.
  static constexpr std::size_t chunk_bytes = 260 * 1024;

  /// Allocates a record of 1 to record_bytes_max bytes. Throws std::bad_alloc, also if
  /// the handles are used up, at 32 GiB.
  handle allocate(std::size_t bytes);

  /// True if allocate() would ask the system for a chunk.
  bool needs_chunk(std::size_t bytes) const noexcept;

  /// Releases a record. `bytes` is the size that it was allocated with. Returns true if a
  /// chunk was given back to the system.
  bool release(handle record, std::size_t bytes) noexcept;

  /// Memory of the records that are allocated and not released.
  std::size_t bytes() const noexcept { return bytes_; }

  /// The record's first byte.
  std::byte* at(handle record) const noexcept {
    return chunks_[record / handles_in_a_chunk]->records.data() +
           record % handles_in_a_chunk * alignment;
  }

private:
  static constexpr handle units_in_a_chunk = chunk_record_bytes / alignment;
  static constexpr handle handles_in_a_chunk = std::bit_ceil(units_in_a_chunk);
  static constexpr handle none = std::numeric_limits<handle>::max();
  static constexpr std::uint16_t has_bitmap = 0xffff;
  /// Free lists, by size in units. The last is for every piece of that size or more.
  static constexpr handle largest = record_bytes_max / alignment;

  struct chunk {
    alignas(alignment) std::array<std::byte, chunk_record_bytes> records;
    // A bit for each unit, from the first release on. malloc's header of 16 bytes makes it
    // a page of its own.
    std::array<std::uint64_t, handles_in_a_chunk / 64> is_free;
  };
  static_assert(sizeof(chunk) <= chunk_bytes - 2 * alignment);

  void add_chunk();
  bool drop_chunk(handle first) noexcept;

  void begin_bitmap(handle unit) noexcept;
  bool is_free(handle unit) const noexcept;
  void flip(handle first, handle units) noexcept;
  handle read(handle unit, std::size_t index) const noexcept;
  void write(handle unit, std::size_t index, handle value) noexcept;

  // -- pieces: the longest runs of free units -----------------------------------

  // A piece begins with two links, which fill its first unit. The second unit and the last
  // one, if there are any, begin with the size.
  static constexpr std::size_t previous_index = 0;
  static constexpr std::size_t next_index = 1;
  static constexpr std::size_t size_index = 2;

  handle size_of(handle piece) const noexcept;
  handle size_before(handle unit) const noexcept;
  void write_size(handle piece, handle units) noexcept;
  void link(handle piece, handle units) noexcept;
  void unlink(handle piece, handle units) noexcept;

  static handle list_of(handle units) noexcept { return std::min(units, largest); }
  bool needs_piece(handle units) const noexcept { return has_pieces_ >> units == 0; }
  /// The list with the smallest pieces that fit. Precondition: needs_piece() is false.
  handle smallest_list(handle units) const noexcept {
    return units + static_cast<handle>(std::countr_zero(has_pieces_ >> units));
  }

  std::vector<std::unique_ptr<chunk>> chunks_;  // null: given back
  std::vector<handle> vacant_;                  // first handles of those that are null
  // By chunk: the number of units at its start that were never allocated, or has_bitmap
  // once a record was released.
  std::vector<std::uint16_t> fresh_units_;
  handle reserve_ = none;  // first handle of an empty chunk, in no list
  std::size_t bytes_ = 0;
  // The first piece of each list, by size in units.
  std::array<handle, largest + 1> free_lists_;
  std::uint64_t has_pieces_ = 0;  // a bit for each list
};

}  // namespace counter
