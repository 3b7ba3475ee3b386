#include "counter/record_arena.hpp"

#include <cassert>
#include <limits>
#include <new>

namespace counter {

record_arena::handle record_arena::allocate(std::size_t bytes) {
  assert(bytes <= record_bytes_max);
  const auto rounded = (bytes + alignment - 1) / alignment * alignment;
  if (rounded > chunk_bytes - used_) {
    if (chunks_.size() > std::numeric_limits<handle>::max() / units_in_a_chunk)
      throw std::bad_alloc{};
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_bytes));
    used_ = 0;
  }
  const auto unit = (chunks_.size() - 1) * units_in_a_chunk + used_ / alignment;
  used_ += rounded;
  return static_cast<handle>(unit);
}

}  // namespace counter
