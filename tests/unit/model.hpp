#pragma once

#include "counter/command.hpp"
#include "counter/condition.hpp"
#include "counter/full_command.hpp"
#include "counter/page.hpp"
#include "counter/parameters.hpp"
#include "counter/state.hpp"
#include "counter/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// A reference implementation of all counters, as plain as possible and without the logic
/// of the program, for tests to compare replies with. Slow.
namespace model {

struct settings {
  std::uint64_t counters_max = 1000;
  std::uint64_t idempotency_records_max = 1000;
  std::chrono::milliseconds idempotency_ttl{24 * 60 * 60 * 1000};
  std::uint64_t version = 0;  ///< the first version given out is the next
};

/// The result of an addition.
struct movement {
  counter::outcome outcome = counter::outcome::ok;
  std::int64_t value = 0;   ///< only if ok
  bool is_stopped = false;  ///< clamped to no movement
};

inline movement move(const counter::parameters& parameters, std::int64_t from) {
  __extension__ using wide = __int128;
  constexpr wide least = INT64_MIN, greatest = INT64_MAX;
  const wide exact = wide{from} + parameters.operand;
  const wide low = parameters.min ? *parameters.min : least,
             high = parameters.max ? *parameters.max : greatest;
  if (low <= exact && exact <= high)
    return {counter::outcome::ok, static_cast<std::int64_t>(exact)};
  if ((exact > greatest && !parameters.max) || (exact < least && !parameters.min))
    return {counter::outcome::overflow};
  if (parameters.on_limit == counter::on_limit::reject)
    return {counter::outcome::limit_reached};
  // The last allowed value on the way is the one nearest to the exact sum.
  const wide nearest = exact < low ? low : high;
  const bool is_ahead = parameters.operand > 0 ? from < nearest && nearest < exact
                                               : exact < nearest && nearest < from;
  if (is_ahead)
    return {counter::outcome::ok, static_cast<std::int64_t>(nearest)};
  return {counter::outcome::ok, from, true};
}

/// All counters of a server with one shard: versions are those of one table.
class counters {
public:
  explicit counters(const settings& limits) : limits_(limits), version_(limits.version) {}

  /// A `now` before the latest one counts as the latest.
  counter::full_reply apply(const counter::full_command& command, counter::time_point now) {
    pass(std::max(now, command.bound_at));
    if (command.parameters.operation == counter::operation::get || command.idempotency_key.empty())
      return carry_out(command);
    const auto id = std::tuple{command.name, command.idempotency_key, command.position};
    if (const auto record = remembered_.find(id);
        record != remembered_.end() && counts(record->second, command)) {
      if (record->second.parameters != command.parameters)
        return {counter::outcome::key_mismatch};
      auto reply = record->second.reply;
      reply.is_replayed = true;
      return reply;
    }
    if (command.forget_at && *command.forget_at + grace <= now_)
      return {counter::outcome::overloaded};
    if (remembered_.size() >= limits_.idempotency_records_max)
      return {counter::outcome::idempotency_store_full};
    const auto reply = carry_out(command);
    std::chrono::milliseconds lifetime = limits_.idempotency_ttl;
    if (command.idempotency_ttl)
      lifetime = *command.idempotency_ttl;
    if (reply.outcome == counter::outcome::ok)
      remembered_.insert_or_assign(
          id, memory{command.parameters, reply,
                     command.forget_at ? *command.forget_at + grace : now_ + lifetime});
    else if (command.forget_at && reply.outcome != counter::outcome::too_many_counters)
      remembered_.insert_or_assign(id,
                                   memory{command.parameters, reply, *command.forget_at + grace});
    return reply;
  }

  /// For `get`, `set`, and `add` with an operand other than 0.
  counter::reply apply(const counter::command& command, counter::time_point now) {
    counter::full_command full{std::string{command.name}};
    full.parameters.operation = command.operation;
    full.parameters.operand = command.operand;
    const auto reply = apply(full, now);
    if (reply.outcome != counter::outcome::ok)
      return {reply.outcome, 0};
    return {counter::outcome::ok, reply.after->value};
  }

  struct listed_counter {
    std::string name;
    counter::state state;
  };

  /// Returns all counters with this prefix and greater than `after`, in byte order.
  std::vector<listed_counter> list(std::string_view prefix, std::string_view after,
                                   counter::time_point now) {
    pass(now);
    std::vector<listed_counter> listed;
    for (const auto& [name, state] : counters_)
      if (name.starts_with(prefix) && name > after)
        listed.push_back({name, state});
    return listed;
  }

  /// Advances the time and deletes what has expired.
  void pass(counter::time_point now) {
    now_ = std::max(now_, now);
    std::erase_if(counters_, [this](const auto& entry) {
      return entry.second.expires_at && *entry.second.expires_at <= now_;
    });
    std::erase_if(remembered_,
                  [this](const auto& entry) { return entry.second.forget_at <= now_; });
  }

  /// Returns the times after `low`, up to `high`, at which something expires.
  std::vector<counter::time_point> expiries(counter::time_point low,
                                            counter::time_point high) const {
    std::vector<counter::time_point> times;
    auto add = [&](counter::time_point time) {
      if (low < time && time <= high)
        times.push_back(time);
    };
    for (const auto& entry : counters_)
      if (entry.second.expires_at)
        add(*entry.second.expires_at);
    for (const auto& entry : remembered_)
      add(entry.second.forget_at);
    return times;
  }

  /// The last version given out.
  std::uint64_t version() const { return version_; }
  void set_version(std::uint64_t version) { version_ = version; }

private:
  struct memory {
    counter::parameters parameters;
    counter::full_reply reply;
    counter::time_point forget_at;
  };

  static constexpr std::chrono::seconds grace{10};

  /// A record counts for operations of its own binding, and for others while its own lasts.
  bool counts(const memory& record, const counter::full_command& command) const {
    return !command.forget_at || record.forget_at == *command.forget_at + grace ||
           now_ < record.forget_at - grace;
  }

  counter::full_reply carry_out(const counter::full_command& command) {
    const auto now = current(command.name);
    switch (command.parameters.operation) {
      case counter::operation::get:
        return read(command, now);
      case counter::operation::set:
        return holds(command.condition, now) ? replace(command, now) : refuse(failed, now);
      case counter::operation::add:
        return holds(command.condition, now) ? add(command, now) : refuse(failed, now);
      case counter::operation::remove:
        return holds(command.condition, now) ? remove(command, now) : refuse(failed, now);
      case counter::operation::bind:
        return {};
    }
    return {};
  }

  using maybe_state = std::optional<counter::state>;

  static constexpr auto failed = counter::outcome::precondition_failed;

  static counter::full_reply refuse(counter::outcome outcome, const maybe_state& now) {
    return {outcome, false, now, now};
  }

  static bool matches(const counter::version_set& set, const maybe_state& now) {
    if (!now)
      return false;
    for (const auto version : set.listed)
      if (version == now->version)
        return true;
    return set.is_any;
  }

  static bool holds(const counter::condition& condition, const maybe_state& now) {
    if (condition.if_match && !matches(*condition.if_match, now))
      return false;
    return !condition.if_none_match || !matches(*condition.if_none_match, now);
  }

  static counter::full_reply read(const counter::full_command& command, const maybe_state& now) {
    if (!now)
      return refuse(counter::outcome::not_found, now);
    if (holds(command.condition, now))
      return {counter::outcome::ok, false, now, now};
    const bool is_known = !command.condition.if_match || matches(*command.condition.if_match, now);
    return refuse(is_known ? counter::outcome::not_modified : failed, now);
  }

  counter::full_reply replace(const counter::full_command& command, const maybe_state& before) {
    if (!before && is_full())
      return refuse(counter::outcome::too_many_counters, before);
    counter::state after{command.parameters.operand, ++version_, std::nullopt};
    if (command.parameters.ttl)
      after.expires_at = now_ + *command.parameters.ttl;
    counters_[command.name] = after;
    return {counter::outcome::ok, false, before, after};
  }

  counter::full_reply add(const counter::full_command& command, const maybe_state& before) {
    const auto& parameters = command.parameters;
    if (!before && !parameters.create)
      return refuse(counter::outcome::not_found, before);
    const auto from = before ? before->value : parameters.initial;
    const auto moved = move(parameters, from);
    if (moved.outcome != counter::outcome::ok)
      return refuse(moved.outcome, before);
    if (moved.is_stopped) {
      if (before)
        return {counter::outcome::ok, false, before, before};
      if ((parameters.min && from < *parameters.min) || (parameters.max && from > *parameters.max))
        return refuse(counter::outcome::limit_reached, before);
    }
    if (!before && is_full())
      return refuse(counter::outcome::too_many_counters, before);
    auto after = before.value_or(counter::state{});
    after.value = moved.value;
    if (parameters.ttl_mode == counter::ttl_mode::persist)
      after.expires_at = std::nullopt;
    if (parameters.ttl_mode == counter::ttl_mode::refresh)
      after.expires_at = now_ + parameters.ttl.value();
    if (parameters.ttl_mode == counter::ttl_mode::if_absent && parameters.ttl && !after.expires_at)
      after.expires_at = now_ + *parameters.ttl;
    if (after != before)
      after.version = ++version_;
    counters_[command.name] = after;
    return {counter::outcome::ok, false, before, after};
  }

  counter::full_reply remove(const counter::full_command& command, const maybe_state& before) {
    if (!before)
      return refuse(counter::outcome::not_found, before);
    counters_.erase(command.name);
    return {counter::outcome::ok, false, before, std::nullopt, ++version_};
  }

  maybe_state current(const std::string& name) const {
    const auto entry = counters_.find(name);
    return entry == counters_.end() ? std::nullopt : std::optional{entry->second};
  }

  bool is_full() const { return counters_.size() >= limits_.counters_max; }

  settings limits_;
  std::uint64_t version_;
  counter::time_point now_{};
  std::map<std::string, counter::state> counters_;  // compares chars as unsigned
  std::map<std::tuple<std::string, std::string, std::uint16_t>, memory> remembered_;
};

}  // namespace model
