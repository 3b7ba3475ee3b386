#include "counter/shard/placement.hpp"

#include <cassert>

namespace counter {

placement::placement(unsigned shards, siphash_key key) noexcept : shards_(shards), key_(key) {
  assert(shards > 0);
}

placement::location placement::of(std::string_view name) const noexcept {
  const auto hash = siphash(key_, name);
  // Scales the high half of the hash to the range without a division (Lemire, "Fast
  // random integer generation in an interval", 2019).
  return {static_cast<unsigned>(((hash >> 32) * shards_) >> 32), hash};
}

}  // namespace counter
