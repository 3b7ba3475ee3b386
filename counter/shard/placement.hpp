#pragma once

#include "counter/siphash.hpp"

#include <cstdint>
#include <string_view>

namespace counter {

/// Maps a name to its shard. The name is hashed once: the high bits of the hash choose
/// the shard, the others are for the shard's index. Immutable, so thread-safe.
class placement {
public:
  /// `shards` is at least 1. With a secret `key`, peers that choose names cannot choose
  /// a shard or collisions in its index.
  placement(unsigned shards, siphash_key key) noexcept;

  unsigned shards() const noexcept { return shards_; }
  siphash_key key() const noexcept { return key_; }

  /// The shard of a name and its hash.
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
