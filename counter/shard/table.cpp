#include "counter/shard/table.hpp"

#include "counter/addition.hpp"

#include <algorithm>
#include <utility>

namespace counter {

table::table(const settings& how)
    : counter_room_(how.counters),
      idempotency_room_(how.idempotency_records),
      version_(how.version),
      now_(how.start),
      records_(how.key, how.keeps_changes),
      idempotency_(how.idempotency_records, how.idempotency_ttl, how.key, how.keeps_changes) {}

// -- short commands -----------------------------------------------------------

reply table::apply(const command& command, std::uint64_t hash, time_point now) {
  now = now_ = std::max(now_, now);
  const hashed_name key{command.name, hash};
  auto found = find(key, now);
  auto value = command.operand;
  if (command.operation == operation::get) {
    if (!found)
      return {outcome::not_found};
    return {outcome::ok, records_.at(*found).value()};
  }
  if (found && command.operation == operation::add &&
      __builtin_add_overflow(records_.at(*found).value(), command.operand, &value))
    return {outcome::overflow};
  if (!found && !(found = create(key)))
    return {outcome::too_many_counters};
  auto counter = records_.edit(*found);
  counter.set_value(value);
  counter.set_version(++version_);
  if (command.operation == operation::set)
    records_.set_expiry(*found, std::nullopt);
  return {outcome::ok, value};
}

// -- full commands ------------------------------------------------------------

full_reply table::apply(const full_command& command, std::uint64_t hash, time_point now) {
  now = now_ = std::max(now_, now);
  const hashed_name key{command.name, hash};
  if (!command.is_keyed())
    return change(command, key, now);
  if (const auto* known = idempotency_.find(command, now)) {
    auto reply = known->reply;
    reply.is_replayed = true;
    if (known->parameters != command.parameters)
      reply = {outcome::key_mismatch};
    return reply;
  }
  // Each forgets more than it adds.
  idempotency_.forget(now, 2);
  if (!idempotency_.reserve())
    return {outcome::idempotency_store_full};
  const auto reply = change(command, key, now);
  if (reply.outcome == outcome::ok)
    idempotency_.remember(command, reply, now);
  else
    idempotency_.unreserve();
  return reply;
}

/// Everything but the idempotency key.
full_reply table::change(const full_command& command, const hashed_name& key, time_point now) {
  auto found = find(key, now);
  full_reply reply;
  if (found)
    reply.before = reply.after = records_.state_of(*found);
  const auto& how = command.parameters;
  const bool is_read = how.operation == operation::get;
  // A read of nothing is not found, whatever else holds (RFC 9110 section 13.2.1).
  if (is_read && !found)
    return {outcome::not_found};
  reply.outcome = command.condition.check(
      found ? std::optional{records_.at(*found).version()} : std::nullopt, is_read);
  if (reply.outcome != outcome::ok || is_read)
    return reply;
  switch (how.operation) {
    case operation::add:
      reply.outcome = add(how, key, found, now);
      break;
    case operation::set:
      reply.outcome = set(how, key, found, now);
      break;
    case operation::remove:
      if (!found)
        return {outcome::not_found};
      erase(*found);
      found.reset();
      break;
    case operation::get:
      break;
  }
  if (reply.outcome == outcome::ok)
    reply.after = found ? std::optional{records_.state_of(*found)} : std::nullopt;
  return reply;
}

outcome table::add(const parameters& how, const hashed_name& key, std::optional<handle>& found,
                   time_point now) {
  const bool creates = !found;
  const auto current = found ? std::optional{records_.at(*found).value()} : std::nullopt;
  const auto sum = counter::add(how, current);
  if (sum.outcome != outcome::ok)
    return sum.outcome;
  if (!sum.applies && !creates)
    return outcome::ok;
  if (creates && !(found = create(key)))
    return outcome::too_many_counters;
  const auto expiry_before = records_.expiry_of(*found);
  auto expiry = expiry_before;
  if (how.ttl_mode == ttl_mode::persist)
    expiry.reset();
  else if (how.ttl && (!expiry || how.ttl_mode == ttl_mode::refresh))
    expiry = now + *how.ttl;
  if (!creates && sum.value == *current && expiry == expiry_before)
    return outcome::ok;
  auto counter = records_.edit(*found);
  counter.set_value(sum.value);
  counter.set_version(++version_);
  if (expiry != expiry_before)
    records_.set_expiry(*found, expiry);
  return outcome::ok;
}

outcome table::set(const parameters& how, const hashed_name& key, std::optional<handle>& found,
                   time_point now) {
  if (!found && !(found = create(key)))
    return outcome::too_many_counters;
  auto counter = records_.edit(*found);
  counter.set_value(how.operand);
  counter.set_version(++version_);
  records_.set_expiry(*found, how.ttl ? std::optional{now + *how.ttl} : std::nullopt);
  return outcome::ok;
}

// -- lists and upkeep ---------------------------------------------------------

page table::list(const page_request& request, time_point now, budget& steps) {
  now = now_ = std::max(now_, now);
  page result;
  result.reached = request.after;
  auto& order = records_.order();
  if (!order.is_complete()) {
    order.build(std::exchange(steps, 0));
    return result;
  }
  for (auto next = order.seek(request.prefix, request.after);; ++next) {
    const auto name = next == order.end() ? std::string_view{} : records_.at(*next).name();
    result.is_last = name.empty() || !name.starts_with(request.prefix);
    if (result.is_last || steps == 0 || result.counters.size() == request.limit)
      return result;
    --steps;
    result.reached = name;
    if (!records_.is_expired(*next, now))
      result.counters.push_back({std::string{name}, records_.state_of(*next)});
  }
}

bool table::expire(time_point now, budget steps) {
  now = now_ = std::max(now_, now);
  for (budget step = 0;; ++step) {
    const auto due = records_.due(now);
    if (!due)
      break;
    if (step == steps)
      return false;
    erase(*due);
  }
  return idempotency_.forget(now, steps);
}

// -- where its counters are kept elsewhere, too ---------------------------------

void table::settle() {
  records_.settle();
  idempotency_.clear();
}

void table::undo() {
  counter_room_.adjust(-records_.growth());
  idempotency_room_.adjust(-idempotency_.growth());
  records_.undo();
  idempotency_.clear();
}

// -- records ------------------------------------------------------------------

/// One that has expired is gone.
std::optional<table::handle> table::find(const hashed_name& key, time_point now) {
  const auto found = records_.find(key);
  if (found && records_.is_expired(*found, now)) {
    erase(*found);
    return std::nullopt;
  }
  return found;
}

/// A counter without expiry, whose value and version are still to be set; null
/// when there is no room.
std::optional<table::handle> table::create(const hashed_name& key) {
  const bool has_room = counter_room_.take() || (expire(now_, 1), counter_room_.take());
  if (!has_room)
    return std::nullopt;
  return records_.create(key);
}

void table::erase(handle which) {
  records_.erase(which);
  counter_room_.give();
}

}  // namespace counter
