#pragma once

#include <cstdint>
#include <string_view>

namespace counter {

struct siphash_key {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

/// Returns the SipHash-1-3 of `bytes` (Aumasson and Bernstein, "SipHash: a fast
/// short-input PRF", 2012, with one compression and three finalization rounds). It does
/// not depend on the machine. With a secret key, peers that choose the input cannot
/// choose collisions.
std::uint64_t siphash(siphash_key key, std::string_view bytes) noexcept;

/// Returns a key that nobody outside the process can know. Throws what
/// std::random_device throws.
siphash_key random_siphash_key();

}  // namespace counter
