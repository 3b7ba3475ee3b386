#pragma once

#include "counter/command.hpp"
#include "counter/condition.hpp"
#include "counter/full_command.hpp"
#include "counter/page.hpp"
#include "counter/parameters.hpp"
#include "counter/shard/quota.hpp"
#include "counter/shard/table.hpp"
#include "counter/siphash.hpp"
#include "counter/state.hpp"
#include "counter/time.hpp"
#include "tests/unit/random_commands.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace doctest {

template <>
struct StringMaker<counter::full_reply> {
  static String convert(const counter::full_reply& reply) { return model::text(reply).c_str(); }
};
template <>
struct StringMaker<std::optional<counter::state>> {
  static String convert(const std::optional<counter::state>& state) {
    return model::text(state).c_str();
  }
};

}  // namespace doctest

namespace unit {

using counter::full_command;
using counter::full_reply;
using counter::on_limit;
using counter::operation;
using counter::outcome;
using counter::state;
using counter::ttl_mode;

// -- full commands --------------------------------------------------------------

inline full_command get(std::string name) {
  return {std::move(name), {.operation = operation::get}};
}

inline full_command set(std::string name, std::int64_t value,
                        std::optional<std::chrono::seconds> ttl = {}) {
  return {std::move(name), {.operation = operation::set, .operand = value, .ttl = ttl}};
}

inline full_command add(std::string name, counter::parameters parameters) {
  parameters.operation = operation::add;
  return {std::move(name), parameters};
}

inline full_command add(std::string name, std::int64_t delta) {
  return add(std::move(name), {.operand = delta});
}

inline full_command erase(std::string name) {
  return {std::move(name), {.operation = operation::remove}};
}

inline full_command keyed(std::string key, full_command command,
                          std::uint16_t position = full_command::single) {
  command.idempotency_key = std::move(key);
  command.position = position;
  return command;
}

inline counter::version_set any() {
  return {.is_any = true};
}

inline full_command if_match(counter::version_set versions, full_command command) {
  command.condition.if_match = std::move(versions);
  return command;
}

inline full_command if_none_match(counter::version_set versions, full_command command) {
  command.condition.if_none_match = std::move(versions);
  return command;
}

// -- a table ----------------------------------------------------------------------

constexpr std::chrono::milliseconds idempotency_ttl{60'000};

/// A table and its clock.
class shard {
public:
  /// With quotas of its own.
  explicit shard(std::uint64_t counters = 100, std::uint64_t idempotency_records = 100,
                 std::uint64_t version = 0)
      : own_counters_(counters),
        own_idempotency_records_(idempotency_records),
        table({own_counters_, own_idempotency_records_, idempotency_ttl, key_, version}) {}

  /// With shared quotas.
  shard(counter::quota& counters, counter::quota& idempotency_records)
      : table({counters, idempotency_records, idempotency_ttl, key_, 0}) {}

  full_reply apply(const full_command& command) {
    return table.apply(command, hash(command.name), now);
  }
  counter::reply apply(counter::operation operation, std::string_view name,
                       std::int64_t operand = 0) {
    return table.apply(counter::command{operation, name, operand}, hash(name), now);
  }

  /// Returns the state that a read returns.
  std::optional<counter::state> state(std::string name) {
    return apply(get(std::move(name))).after;
  }

  void pass(std::chrono::milliseconds time) { now += time; }

  std::uint64_t hash(std::string_view name) const { return counter::siphash(key_, name); }

private:
  counter::siphash_key key_{5, 6};
  counter::quota own_counters_{0}, own_idempotency_records_{0};

public:
  counter::time_point now{std::chrono::milliseconds{1'800'000'000'000}};
  counter::table table;
};

/// Lists until the order of names is built.
inline void make_order(shard& at) {
  for (counter::table::budget steps = 0; steps == 0;) {
    steps = 10'000;
    at.table.list({}, at.now, steps);
  }
}

}  // namespace unit
