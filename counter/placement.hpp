#pragma once

#include <string_view>

namespace counter {

/// The shard, 0 to shards - 1, that owns the counter `name`. The same on every
/// machine and in every run. `shards` is at least 1.
unsigned shard_of(std::string_view name, unsigned shards) noexcept;

}  // namespace counter
