#pragma once

#include "counter/command.hpp"
#include "counter/page.hpp"
#include "counter/shard/quota.hpp"
#include "counter/shard/table.hpp"
#include "counter/siphash.hpp"
#include "counter/time.hpp"
#include "tests/unit/allocations.hpp"
#include "tests/unit/table_support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace unit {

constexpr std::int64_t mebibyte = 1024 * 1024;

/// A table with a quota of memory.
class bounded_table {
public:
  explicit bounded_table(counter::quota& memory, std::uint64_t counters_max = 100'000'000)
      : counters(counters_max),
        table({.counters = counters,
               .idempotency_records = records_,
               .idempotency_ttl = std::chrono::seconds{60},
               .key = key_,
               .counter_bytes = &memory,
               .idempotency_bytes = &memory}) {}

  outcome apply(const full_command& command) {
    return table.apply(command, counter::siphash(key_, command.name), now).outcome;
  }

  outcome apply(operation operation, const std::string& name) {
    return table.apply(counter::command{operation, name, 1}, counter::siphash(key_, name), now)
        .outcome;
  }

  /// Creates counters until one is refused. Returns their number.
  std::size_t fill(std::size_t name_bytes, std::optional<std::chrono::seconds> ttl = {}) {
    for (std::size_t count = 0;; ++count)
      if (const auto outcome = apply(set(name(count, name_bytes), 1, ttl));
          outcome != outcome::ok) {
        CHECK(outcome == outcome::too_many_counters);
        return count;
      }
  }

  static std::string name(std::size_t number, std::size_t bytes) {
    auto text = std::to_string(number);
    text.insert(0, std::max(bytes, text.size()) - text.size(), '0');
    return text;
  }

private:
  counter::siphash_key key_{5, 6};
  counter::quota records_{1'000'000};

public:
  counter::quota counters;
  counter::time_point now{std::chrono::milliseconds{1'800'000'000'000}};
  counter::table table;
};

inline std::int64_t live_bytes() {
  return static_cast<std::int64_t>(allocations::now().live_bytes);
}

/// Has the order of names built.
inline void list_all(bounded_table& at) {
  for (counter::table::budget steps = 0; steps == 0;) {
    steps = 1'000'000;
    at.table.list({.limit = 1}, at.now, steps);
  }
}

}  // namespace unit
