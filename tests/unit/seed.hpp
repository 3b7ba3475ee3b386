#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNIT_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNIT_SANITIZED true
#endif
#endif
#ifndef UNIT_SANITIZED
#define UNIT_SANITIZED false
#endif

namespace unit {

/// True if a sanitizer makes tests many times slower.
constexpr bool is_sanitized = UNIT_SANITIZED;

/// Returns COUNTERD_TEST_SEED or, if it is not set, a random seed.
inline std::uint64_t chosen_seed() {
  if (const auto* given = std::getenv("COUNTERD_TEST_SEED"))
    return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

}  // namespace unit
