#include "config/shard_advice.hpp"

#include <algorithm>

namespace config {

std::optional<unsigned> better_shards(unsigned shards, unsigned loops, unsigned processors) {
  constexpr unsigned loops_of_a_shard = 4;
  const auto busy_loops = std::min(loops, processors);
  if (busy_loops <= loops_of_a_shard * shards)
    return std::nullopt;
  return busy_loops / 2;  // some shards are busier than others
}

}  // namespace config
