#pragma once

#include <cstdint>
#include <string_view>

namespace counter {

struct siphash_key {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

/// SipHash-1-3 of `bytes` (Aumasson and Bernstein, "SipHash: a fast short-input
/// PRF", 2012, with one compression and three finalization rounds). The same on
/// every machine. With a secret key, peers that choose the names cannot choose
/// the collisions.
std::uint64_t siphash(siphash_key key, std::string_view bytes) noexcept;

/// Nobody outside the process can know it. Throws what std::random_device does.
siphash_key random_siphash_key();

}  // namespace counter
