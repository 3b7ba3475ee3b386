#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace counter {

/// Memory for small records, packed in large chunks: no header, rounding to 8 bytes, and
/// handles of 4 bytes in place of pointers. A released record's memory serves the next
/// record of its size; chunks are freed with the arena. Records never move.
class record_arena {
public:
  using handle = std::uint32_t;

  record_arena() noexcept { released_.fill(none); }

  /// Records begin at multiples of this.
  static constexpr std::size_t alignment = 8;
  /// The size of the largest record; less than this is wasted at the end of a chunk.
  static constexpr std::size_t record_bytes_max = 1024;
  /// Large, so that the system is rarely asked for memory.
  static constexpr std::size_t chunk_bytes = 256 * 1024;

  /// Allocates a record of 1 to record_bytes_max bytes. Throws std::bad_alloc, also if
  /// the handles are used up, at 32 GiB.
  handle allocate(std::size_t bytes);

  /// True if allocate() would ask the system for a chunk.
  bool needs_chunk(std::size_t bytes) const noexcept;

  /// Splits a released record that is larger than `bytes`, so that allocate() needs no
  /// chunk. Returns false if there is none.
  bool split_released(std::size_t bytes) noexcept;

  /// Releases a record. `bytes` is the size that it was allocated with.
  void release(handle record, std::size_t bytes) noexcept;

  /// Memory of the records that are allocated and not released.
  std::size_t bytes() const noexcept { return bytes_; }

  /// The record's first byte.
  std::byte* at(handle record) const noexcept {
    return chunks_[record / units_in_a_chunk].get() + record % units_in_a_chunk * alignment;
  }

private:
  static constexpr handle units_in_a_chunk = chunk_bytes / alignment;
  static constexpr handle none = std::numeric_limits<handle>::max();

  handle pop_released(std::size_t units) noexcept;
  void push_released(handle record, std::size_t units) noexcept;

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::size_t used_ = chunk_bytes;  // of the last chunk
  std::size_t bytes_ = 0;
  // Free lists, by size in units: the record released last. Its first bytes are the
  // handle of the next one.
  std::array<handle, record_bytes_max / alignment + 1> released_;
};

}  // namespace counter
