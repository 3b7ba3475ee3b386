#pragma once

#include <cstdint>
#include <cstdlib>

namespace storage_tests {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr std::uint64_t thinning = 7;  // everything takes ten times as long
#else
inline constexpr std::uint64_t thinning = 1;
#endif

/// The step from one case to the next: 1 with COUNTERD_TEST_FULL=1 in the environment, and
/// otherwise `sampled`.
inline std::uint64_t stride(std::uint64_t sampled) {
  const auto* full = std::getenv("COUNTERD_TEST_FULL");
  return full && *full == '1' ? 1 : sampled * thinning;
}

}  // namespace storage_tests
