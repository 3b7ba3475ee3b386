#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace counter {

/// Memory for small records of any size, packed one behind the other in large
/// chunks: no header and no rounding each, a handle of 4 bytes in place of a
/// pointer, and all of it is given back at once. What is released serves the
/// next record of its size. A record never moves. Not thread-safe.
class record_arena {
public:
  using handle = std::uint32_t;

  record_arena() noexcept { released_.fill(none); }

  /// Records begin at multiples of it.
  static constexpr std::size_t alignment = 8;
  /// The largest record. A chunk ends with less waste than this.
  static constexpr std::size_t record_bytes_max = 1024;
  /// What is asked of the system at once: enough that it is not worth a thought.
  static constexpr std::size_t chunk_bytes = 256 * 1024;

  /// Room for a record of `bytes`. Throws std::bad_alloc, also when there are
  /// no more handles: at 32 GiB.
  handle allocate(std::size_t bytes);

  /// A record of `bytes` that is not used any more.
  void release(handle record, std::size_t bytes) noexcept;

  /// What the records take that were allocated and not released.
  std::size_t bytes() const noexcept { return bytes_; }

  /// The record's first byte.
  std::byte* at(handle record) const noexcept {
    return chunks_[record / units_in_a_chunk].get() + record % units_in_a_chunk * alignment;
  }

private:
  static constexpr handle units_in_a_chunk = chunk_bytes / alignment;
  static constexpr handle none = std::numeric_limits<handle>::max();

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::size_t used_ = chunk_bytes;  // of the last chunk
  std::size_t bytes_ = 0;
  // By size in units: the record released last. Its first bytes name the one
  // before it.
  std::array<handle, record_bytes_max / alignment + 1> released_;
};

}  // namespace counter
