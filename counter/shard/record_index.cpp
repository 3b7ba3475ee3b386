#include "counter/shard/record_index.hpp"

#include "counter/shard/shrink.hpp"

namespace counter {

record_index::record_index(const record_arena& records, siphash_key key)
    : records_(records),
      key_(key) {
  parts_.reserve(part_count);
  for (std::size_t i = 0; i < part_count; ++i)
    parts_.emplace_back(0, by_name{this}, by_name{this});
}

void record_index::erase(const hashed_name& key) {
  auto& part = parts_[part_of(key.hash)];
  const auto entry = part.find(key);
  if (entry == part.end())
    return;
  part.erase(entry);
  shrink_if_sparse(part);
}

std::vector<record_index::handle> record_index::take_part(std::size_t part) {
  auto taken = handles_of(part);
  parts_[part] = part_set{0, by_name{this}, by_name{this}};
  return taken;
}

}  // namespace counter
