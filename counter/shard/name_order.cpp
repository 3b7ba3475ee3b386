#include "counter/shard/name_order.hpp"

#include <algorithm>

namespace counter {

void name_order::build(std::size_t steps) {
  while (steps > 0 && !is_complete()) {
    if (waiting_.empty())
      waiting_ = index_.handles_of(part_++);
    const auto count = std::min(steps, waiting_.size());
    for (std::size_t i = 0; i < count; ++i) {
      handles_.insert(waiting_.back());
      waiting_.pop_back();
    }
    // An empty part costs a step, too.
    steps -= std::max<std::size_t>(count, 1);
  }
}

void name_order::insert(handle added, std::uint64_t hash) {
  if (has_part_of(hash))
    handles_.insert(added);
}

void name_order::erase(handle removed, std::uint64_t hash) {
  if (has_part_of(hash) && handles_.erase(removed) == 0)
    std::erase(waiting_, removed);
}

}  // namespace counter
