#include "counterctl/client/retry_policy.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace counterctl {

namespace {

constexpr std::chrono::milliseconds first_pause{50};
constexpr std::chrono::milliseconds longest_pause{5000};
// 50 ms doubled as often is above the longest pause.
constexpr unsigned doublings_max = 7;

// The server says with these that it has done nothing, and may do it later.
constexpr std::string_view not_now[] = {"overloaded", "draining", "unavailable"};
// The server looks for the key before it refuses with these: no earlier attempt was carried out.
constexpr std::string_view decided_behind_key[] = {"not-found",
                                                   "limit-reached",
                                                   "overflow",
                                                   "precondition-failed",
                                                   "idempotency-mismatch",
                                                   "too-many-counters",
                                                   "idempotency-store-full"};
// It has done nothing, and another attempt would not do better.
constexpr std::string_view never[] = {"internal", "disk-full"};

template <std::size_t Size>
bool is_one_of(const std::string_view (&codes)[Size], std::string_view code) noexcept {
  return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
}

}  // namespace

verdict judge(int status, std::string_view code, earlier_attempts earlier) noexcept {
  if (status == 408 || is_one_of(not_now, code))
    return verdict::nothing_changed;
  if (is_one_of(decided_behind_key, code) && earlier != earlier_attempts::are_in_doubt)
    return verdict::settled;
  // A proxy may have passed the request on before it failed.
  const bool is_refused_for_good = status == 501 || status == 505 || is_one_of(never, code);
  if (status >= 500 && !is_refused_for_good)
    return verdict::in_doubt;
  const bool was_in_doubt = earlier != earlier_attempts::did_nothing;
  return was_in_doubt && status >= 300 ? verdict::in_doubt : verdict::settled;
}

bool refuses_key_ttl(int status, std::string_view detail) noexcept {
  return status == 400 && detail.starts_with("Idempotency-Key-TTL");
}

std::chrono::milliseconds pause_before(unsigned attempt, double random,
                                       std::chrono::milliseconds floor) noexcept {
  const auto limit = std::min(longest_pause, first_pause * (1 << std::min(attempt, doublings_max)));
  const auto jitter = std::chrono::milliseconds{
      static_cast<std::chrono::milliseconds::rep>(random * static_cast<double>(limit.count()))};
  return std::max(jitter, floor);
}

}  // namespace counterctl
