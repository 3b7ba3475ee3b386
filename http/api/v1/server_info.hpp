#pragma once

#include "counter/limits.hpp"
#include "counter/siphash.hpp"
#include "counter/store/traits.hpp"
#include "http/protocol/refusal_counts.hpp"
#include "metrics/family.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace http {
struct server_health;
}

namespace http::v1 {

/// Facts about the server that responses need. Constructed once, then used by all event loops.
struct server_info {
  /// Returns what the store has now. Thread-safe; does not block.
  using usage_source = std::function<counter::usage()>;

  counter::store_traits store{};
  /// The maximum of Idempotency-Key-TTL: limits::idempotency_ttl, rounded up to a second.
  std::chrono::seconds idempotency_ttl_max =
      std::chrono::ceil<std::chrono::seconds>(counter::limits{}.idempotency_ttl);

  /// Hides the addresses of those who count: the next start has another.
  counter::siphash_key visitor_key = counter::random_siphash_key();

  /// Returns what operators watch. Thread-safe; does not block. Null: nothing.
  std::function<metrics::report()> metrics{};
  /// Outlives this object; null: nothing is checked.
  const server_health* health = nullptr;

  server_info() = default;

  /// Without `usage` the store counts as empty. `refusals` outlives this object; null: none are
  /// counted.
  server_info(std::string_view version, unsigned threads, const counter::limits& limits,
              const counter::store_traits& store, usage_source usage = {},
              const refusal_counts* refusals = nullptr);

  /// Returns true if less than half of the idempotency keys is in use, by whomever: what strangers
  /// do takes about so much and no more, so that clients with rights have the rest. Thread-safe.
  bool has_keys_for_strangers() const;

  /// Returns for how long a key can be remembered; 0: there are no keys.
  std::chrono::milliseconds longest_key_life() const noexcept { return limits_.longest_key_life(); }

  /// Returns the body of GET /v1/info as it is now. `is_read_only`: nobody may change a counter.
  /// Thread-safe.
  std::string describe(bool is_read_only) const;

private:
  std::string version_{};
  unsigned threads_ = 0;
  counter::limits limits_{};
  usage_source usage_{};
  const refusal_counts* refusals_ = nullptr;
};

}  // namespace http::v1
