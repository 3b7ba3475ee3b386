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

/// What counters must do, written down as plainly as can be and apart from the
/// program: to compare with, whoever answers. Slow, and that does not matter.
namespace model {

struct settings {
  std::uint64_t counters_max = 1000;
  std::uint64_t idempotency_records_max = 1000;
  std::chrono::milliseconds idempotency_ttl{24 * 60 * 60 * 1000};
  std::uint64_t version = 0;  ///< the first that is given out is the next
};

/// What an addition comes to.
struct movement {
  counter::outcome outcome = counter::outcome::ok;
  std::int64_t value = 0;   ///< only when ok
  bool is_stopped = false;  ///< clamped, and has not moved
};

inline movement move(const counter::parameters& how, std::int64_t from) {
  __extension__ using wide = __int128;
  constexpr wide least = INT64_MIN, greatest = INT64_MAX;
  const wide exact = wide{from} + how.operand;
  const wide low = how.min ? *how.min : least, high = how.max ? *how.max : greatest;
  if (low <= exact && exact <= high)
    return {counter::outcome::ok, static_cast<std::int64_t>(exact)};
  if ((exact > greatest && !how.max) || (exact < least && !how.min))
    return {counter::outcome::overflow};
  if (how.on_limit == counter::on_limit::reject)
    return {counter::outcome::limit_reached};
  // Whatever is allowed on the way, the last of it is what is nearest to its end.
  const wide nearest = exact < low ? low : high;
  const bool is_ahead =
      how.operand > 0 ? from < nearest && nearest < exact : exact < nearest && nearest < from;
  if (is_ahead)
    return {counter::outcome::ok, static_cast<std::int64_t>(nearest)};
  return {counter::outcome::ok, from, true};
}

/// All counters of a server. Versions are those of a single table.
class counters {
public:
  explicit counters(const settings& how) : how_(how), version_(how.version) {}

  /// A `now` before an earlier one counts as that.
  counter::full_reply apply(const counter::full_command& asked, counter::time_point now) {
    pass(now);
    if (asked.parameters.operation == counter::operation::get || asked.idempotency_key.empty())
      return carry_out(asked);
    const auto id = std::tuple{asked.name, asked.idempotency_key, asked.position};
    if (const auto known = remembered_.find(id); known != remembered_.end()) {
      if (known->second.parameters != asked.parameters)
        return {counter::outcome::key_mismatch};
      auto reply = known->second.reply;
      reply.is_replayed = true;
      return reply;
    }
    if (remembered_.size() >= how_.idempotency_records_max)
      return {counter::outcome::idempotency_store_full};
    const auto reply = carry_out(asked);
    if (reply.outcome == counter::outcome::ok)
      remembered_.emplace(id, memory{asked.parameters, reply, now_ + how_.idempotency_ttl});
    return reply;
  }

  /// Of `get`, `set` and `add` with an operand other than 0.
  counter::reply apply(const counter::command& asked, counter::time_point now) {
    counter::full_command full{std::string{asked.name}};
    full.parameters.operation = asked.operation;
    full.parameters.operand = asked.operand;
    const auto reply = apply(full, now);
    if (reply.outcome != counter::outcome::ok)
      return {reply.outcome, 0};
    return {counter::outcome::ok, reply.after->value};
  }

  /// All that there are with this prefix and behind `after`, in byte order.
  std::vector<counter::listed_counter> list(std::string_view prefix, std::string_view after,
                                            counter::time_point now) {
    pass(now);
    std::vector<counter::listed_counter> found;
    for (const auto& [name, state] : counters_)
      if (name.starts_with(prefix) && name > after)
        found.push_back({name, state});
    return found;
  }

  /// It is `now`: what has expired is gone.
  void pass(counter::time_point now) {
    now_ = std::max(now_, now);
    std::erase_if(counters_, [this](const auto& one) {
      return one.second.expires_at && *one.second.expires_at <= now_;
    });
    std::erase_if(remembered_, [this](const auto& one) { return one.second.forget_at <= now_; });
  }

  /// The last that was given out.
  std::uint64_t version() const { return version_; }
  void set_version(std::uint64_t version) { version_ = version; }

private:
  struct memory {
    counter::parameters parameters;
    counter::full_reply reply;
    counter::time_point forget_at;
  };

  counter::full_reply carry_out(const counter::full_command& asked) {
    const auto now = current(asked.name);
    switch (asked.parameters.operation) {
      case counter::operation::get:
        return read(asked, now);
      case counter::operation::set:
        return holds(asked.condition, now) ? replace(asked, now) : refuse(failed, now);
      case counter::operation::add:
        return holds(asked.condition, now) ? add(asked, now) : refuse(failed, now);
      case counter::operation::remove:
        return holds(asked.condition, now) ? remove(asked, now) : refuse(failed, now);
    }
    return {};
  }

  using maybe_state = std::optional<counter::state>;

  static constexpr auto failed = counter::outcome::precondition_failed;

  static counter::full_reply refuse(counter::outcome why, const maybe_state& now) {
    return {why, false, now, now};
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

  static counter::full_reply read(const counter::full_command& asked, const maybe_state& now) {
    if (!now)
      return refuse(counter::outcome::not_found, now);
    if (holds(asked.condition, now))
      return {counter::outcome::ok, false, now, now};
    const bool is_known = !asked.condition.if_match || matches(*asked.condition.if_match, now);
    return refuse(is_known ? counter::outcome::not_modified : failed, now);
  }

  counter::full_reply replace(const counter::full_command& asked, const maybe_state& before) {
    if (!before && is_full())
      return refuse(counter::outcome::too_many_counters, before);
    counter::state after{asked.parameters.operand, ++version_, std::nullopt};
    if (asked.parameters.ttl)
      after.expires_at = now_ + *asked.parameters.ttl;
    counters_[asked.name] = after;
    return {counter::outcome::ok, false, before, after};
  }

  counter::full_reply add(const counter::full_command& asked, const maybe_state& before) {
    const auto& how = asked.parameters;
    if (!before && !how.create)
      return refuse(counter::outcome::not_found, before);
    const auto from = before ? before->value : how.initial;
    const auto moved = move(how, from);
    if (moved.outcome != counter::outcome::ok)
      return refuse(moved.outcome, before);
    if (moved.is_stopped) {
      if (before)
        return {counter::outcome::ok, false, before, before};
      if ((how.min && from < *how.min) || (how.max && from > *how.max))
        return refuse(counter::outcome::limit_reached, before);
    }
    if (!before && is_full())
      return refuse(counter::outcome::too_many_counters, before);
    auto after = before.value_or(counter::state{});
    after.value = moved.value;
    if (how.ttl_mode == counter::ttl_mode::persist)
      after.expires_at = std::nullopt;
    if (how.ttl_mode == counter::ttl_mode::refresh)
      after.expires_at = now_ + how.ttl.value();
    if (how.ttl_mode == counter::ttl_mode::if_absent && how.ttl && !after.expires_at)
      after.expires_at = now_ + *how.ttl;
    if (after != before)
      after.version = ++version_;
    counters_[asked.name] = after;
    return {counter::outcome::ok, false, before, after};
  }

  counter::full_reply remove(const counter::full_command& asked, const maybe_state& before) {
    if (!before)
      return refuse(counter::outcome::not_found, before);
    counters_.erase(asked.name);
    return {counter::outcome::ok, false, before, std::nullopt};
  }

  maybe_state current(const std::string& name) const {
    const auto found = counters_.find(name);
    return found == counters_.end() ? std::nullopt : std::optional{found->second};
  }

  bool is_full() const { return counters_.size() >= how_.counters_max; }

  settings how_;
  std::uint64_t version_;
  counter::time_point now_{};
  std::map<std::string, counter::state> counters_;  // compares chars as unsigned
  std::map<std::tuple<std::string, std::string, std::uint16_t>, memory> remembered_;
};

}  // namespace model
