#pragma once

#include "counter/shard/siphash.hpp"

#include <cstdint>
#include <string_view>

namespace counter {

/// Which shard owns a counter. A name is hashed once: the high bits of the hash
/// choose the shard, the others a place in its table.
class placement {
public:
  /// `shards` is at least 1. `key` keeps the hash secret from those who choose
  /// the names: they can fill neither one shard nor one place of a table.
  placement(unsigned shards, siphash_key key) noexcept;

  unsigned shards() const noexcept { return shards_; }
  siphash_key key() const noexcept { return key_; }

  struct location {
    unsigned shard;      ///< 0 to shards() - 1
    std::uint64_t hash;  ///< siphash(key(), name)
  };
  location of(std::string_view name) const noexcept;

private:
  unsigned shards_;
  siphash_key key_;
};

}  // namespace counter
