#include "counter/placement.hpp"

#include "counter/siphash.hpp"

#include <cassert>
#include <cstdint>

namespace counter {

unsigned shard_of(std::string_view name, unsigned shards) noexcept {
  assert(shards > 0);
  if (shards == 1)
    return 0;
  // The high half of the hash, scaled to the range without a division (Lemire,
  // "Fast random integer generation in an interval", 2019).
  const auto high = siphash({}, name) >> 32;
  return static_cast<unsigned>((high * std::uint64_t{shards}) >> 32);
}

}  // namespace counter
