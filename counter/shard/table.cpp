#include "counter/shard/table.hpp"

#include "counter/addition.hpp"

#include <algorithm>
#include <utility>

namespace counter {

table::table(const settings& configuration)
    : version_(configuration.version),
      now_(configuration.start),
      counter_room_(configuration.counters),
      counter_quota_(configuration.counters),
      idempotency_quota_(configuration.idempotency_records),
      changes_(configuration.changes),
      records_(configuration.key, configuration.changes, configuration.counter_bytes),
      idempotency_(configuration.idempotency_records, configuration.idempotency_ttl,
                   configuration.key, configuration.changes, configuration.idempotency_bytes) {}

// -- short commands -----------------------------------------------------------

reply table::apply(const command& command, std::uint64_t hash, time_point now) {
  now = now_ = std::max(now_, now);
  const hashed_name key{command.name, hash};
  auto entry = find(key, now);
  auto value = command.operand;
  if (command.operation == operation::get) {
    if (!entry)
      return {outcome::not_found};
    return {outcome::ok, records_.at(*entry).value()};
  }
  if (entry && command.operation == operation::add &&
      __builtin_add_overflow(records_.at(*entry).value(), command.operand, &value))
    return {outcome::overflow};
  if (!entry && !(entry = create(key)))
    return {outcome::too_many_counters};
  auto record = records_.edit(*entry);
  record.set_value(value);
  record.set_version(++version_);
  if (command.operation == operation::set)
    records_.set_expiry(*entry, std::nullopt);
  return {outcome::ok, value};
}

// -- full commands ------------------------------------------------------------

full_reply table::apply(const full_command& command, std::uint64_t hash, time_point now) {
  now = now_ = std::max({now_, now, command.bound_at});
  const hashed_name key{command.name, hash};
  if (!command.is_keyed())
    return change(command, key, now);
  auto id = idempotency_id_of(command);
  if (const auto* record = idempotency_.find(id, now);
      record != nullptr && is_reply_to(command, *record, now))
    return repeat(command, *record, now);
  if (command.if_unknown != outcome::ok)
    return {command.if_unknown};
  // It may have been applied and forgotten.
  if (command.forget_at && forget_at_of(command, now, {}) <= now)
    return {outcome::overloaded};
  // More than one, so that the records whose time is over become fewer.
  idempotency_.forget(now, 2);
  if (!idempotency_.reserve(id))
    return {outcome::idempotency_store_full};
  auto reply = change(command, key, now);
  const bool is_remembered =
      reply.outcome == outcome::ok || (command.forget_at && is_definite_refusal(reply.outcome));
  if (!is_remembered) {
    idempotency_.unreserve(id);
    return reply;
  }
  const auto forget_at = idempotency_.remember(std::move(id), command, reply, now);
  if (command.parameters.operation == operation::bind) {
    reply.forget_at = forget_at;
    reply.bound_at = now;
  }
  return reply;
}

/// Returns the reply of the record, or a mismatch.
full_reply table::repeat(const full_command& command, const idempotency_record& record,
                         time_point now) {
  if (record.parameters != command.parameters)
    return {outcome::key_mismatch};
  auto reply = record.reply;
  reply.is_replayed = true;
  if (command.parameters.operation == operation::bind) {
    reply.forget_at = record.forget_at;
    reply.bound_at = now;
  }
  return reply;
}

/// Applies a command without regard to its idempotency key.
full_reply table::change(const full_command& command, const hashed_name& key, time_point now) {
  if (command.parameters.operation == operation::bind)
    return {};
  auto entry = find(key, now);
  full_reply reply;
  if (entry)
    reply.before = reply.after = records_.state_of(*entry);
  const auto& parameters = command.parameters;
  const bool is_read = parameters.operation == operation::get;
  // Conditions do not count where the response without them is not 2xx (RFC 9110
  // section 13.2.1).
  if (is_read && !entry)
    return {outcome::not_found};
  reply.outcome = command.condition.check(
      entry ? std::optional{records_.at(*entry).version()} : std::nullopt, is_read);
  if (reply.outcome != outcome::ok || is_read)
    return reply;
  switch (parameters.operation) {
    case operation::add:
      reply.outcome = add(parameters, key, entry, now);
      break;
    case operation::set:
      reply.outcome = set(parameters, key, entry, now);
      break;
    case operation::remove:
      if (!entry)
        return {outcome::not_found};
      erase(*entry);
      entry.reset();
      reply.deletion_version = ++version_;
      break;
    case operation::get:
    case operation::bind:
      break;
  }
  if (reply.outcome == outcome::ok)
    reply.after = entry ? std::optional{records_.state_of(*entry)} : std::nullopt;
  return reply;
}

outcome table::add(const parameters& parameters, const hashed_name& key,
                   std::optional<handle>& entry, time_point now) {
  const bool creates = !entry;
  const auto current = entry ? std::optional{records_.at(*entry).value()} : std::nullopt;
  const auto sum = counter::add(parameters, current);
  if (sum.outcome != outcome::ok)
    return sum.outcome;
  if (!sum.applies && !creates)
    return outcome::ok;
  if (creates && !(entry = create(key)))
    return outcome::too_many_counters;
  const auto expiry_before = records_.expiry_of(*entry);
  auto expiry = expiry_before;
  if (parameters.ttl_mode == ttl_mode::persist)
    expiry.reset();
  else if (parameters.ttl && (!expiry || parameters.ttl_mode == ttl_mode::refresh))
    expiry = now + *parameters.ttl;
  if (!creates && sum.value == *current && expiry == expiry_before)
    return outcome::ok;
  auto record = records_.edit(*entry);
  record.set_value(sum.value);
  record.set_version(++version_);
  if (expiry != expiry_before)
    records_.set_expiry(*entry, expiry);
  return outcome::ok;
}

outcome table::set(const parameters& parameters, const hashed_name& key,
                   std::optional<handle>& entry, time_point now) {
  if (!entry && !(entry = create(key)))
    return outcome::too_many_counters;
  auto record = records_.edit(*entry);
  record.set_value(parameters.operand);
  record.set_version(++version_);
  records_.set_expiry(*entry, parameters.ttl ? std::optional{now + *parameters.ttl} : std::nullopt);
  return outcome::ok;
}

// -- lists and expiry ---------------------------------------------------------

page table::list(const page_request& query, time_point now, budget& steps) {
  now = now_ = std::max(now_, now);
  page result;
  result.reached = query.after;
  auto& order = records_.order();
  if (!order.is_complete()) {
    order.build(std::exchange(steps, 0));
    return result;
  }
  result.counters.reserve(std::min(query.limit, steps));
  std::string_view reached = query.after;
  for (auto next = order.seek(query.prefix, query.after);; ++next) {
    const auto name = next == order.end() ? std::string_view{} : records_.at(*next).name();
    result.is_last = name.empty() || !name.starts_with(query.prefix);
    if (result.is_last || steps == 0 || result.counters.size() == query.limit)
      break;
    --steps;
    reached = name;
    if (!records_.is_expired(*next, now))
      result.counters.push_back({name, records_.state_of(*next)});
  }
  result.reached = reached;
  return result;
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

// -- with a change_set --------------------------------------------------------

bool table::is_current(const hashed_name& key) const {
  return records_.find(key) || changes_->has_erased(key.name);
}

void table::commit() {
  records_.commit();
  clear_changes();
}

void table::rollback() {
  counter_quota_.adjust(-changes_->counter_growth());
  idempotency_quota_.adjust(-changes_->idempotency_growth());
  records_.rollback();
  clear_changes();
}

void table::clear_changes() {
  // First: it borrows ids from the idempotency records.
  changes_->clear();
  idempotency_.clear();
}

// -- records ------------------------------------------------------------------

/// Finds a counter. An expired one is erased and not found.
std::optional<table::handle> table::find(const hashed_name& key, time_point now) {
  const auto entry = records_.find(key);
  if (entry && records_.is_expired(*entry, now)) {
    erase(*entry);
    return std::nullopt;
  }
  return entry;
}

/// Creates a counter without expiry. The caller sets its value and version. Returns
/// nullopt if there is no room.
std::optional<table::handle> table::create(const hashed_name& key) {
  // One expired counter can leave too little memory for a longer name.
  for (int attempts = 16; !reserve(key.name); --attempts) {
    const auto due = records_.due(now_);
    if (!due || attempts == 0)
      return std::nullopt;
    erase(*due);
  }
  return records_.create(key);
}

/// Takes the room of a counter. Returns false if there is none.
bool table::reserve(std::string_view name) {
  if (!counter_room_.take())
    return false;
  if (records_.reserve(name))
    return true;
  counter_room_.give();
  return false;
}

void table::erase(handle entry) {
  records_.erase(entry);
  counter_room_.give();
}

}  // namespace counter
