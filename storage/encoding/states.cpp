#include "storage/encoding/states.hpp"

#include "storage/encoding/bytes.hpp"

#include <cassert>
#include <chrono>
#include <cstdint>
#include <optional>

namespace storage {

namespace {

using counter::time_point;
using std::chrono::milliseconds;

// The value of an idempotency record:
//
//   flags u16, operation u8, on_limit u8, ttl_mode u8, operand i64, initial i64,
//   forget_at i64, and then, in this order, what the flags say is there:
//   min i64, max i64, ttl in seconds i64, before and after like a counter's value,
//   deletion_version u64, outcome u8
//
// Without an outcome the outcome of the reply is `ok`.
enum flag : std::uint16_t {
  creates = 1 << 0,
  has_min = 1 << 1,
  has_max = 1 << 2,
  has_ttl = 1 << 3,
  has_before = 1 << 4,
  before_expires = 1 << 5,
  has_after = 1 << 6,
  after_expires = 1 << 7,
  has_deletion_version = 1 << 8,
  has_outcome = 1 << 9,
  all_flags = (1 << 10) - 1,
};

// These numbers are stored: enumerators may be added, and must not be renumbered.
template <class Enum>
constexpr int number(Enum enumerator) {
  return static_cast<int>(enumerator);
}
static_assert(number(counter::operation::get) == 0 && number(counter::operation::set) == 1 &&
              number(counter::operation::add) == 2 && number(counter::operation::remove) == 3 &&
              number(counter::operation::bind) == 4);
static_assert(number(counter::on_limit::reject) == 0 && number(counter::on_limit::clamp) == 1);
static_assert(number(counter::ttl_mode::if_absent) == 0 &&
              number(counter::ttl_mode::refresh) == 1 && number(counter::ttl_mode::persist) == 2);
static_assert(number(counter::outcome::not_found) == 1 && number(counter::outcome::overflow) == 2 &&
              number(counter::outcome::limit_reached) == 3 &&
              number(counter::outcome::precondition_failed) == 4);

void put_time(std::string& to, time_point at) {
  put(to, static_cast<std::int64_t>(at.time_since_epoch().count()));
}

time_point take_time(byte_reader& from) {
  return time_point{milliseconds{from.take<std::int64_t>()}};
}

counter::state take_state(byte_reader& from, bool expires) {
  counter::state state;
  state.version = from.take<std::uint64_t>();
  state.value = from.take<std::int64_t>();
  if (expires)
    state.expires_at = take_time(from);
  return state;
}

template <class Enum>
bool take_enum(byte_reader& from, Enum last, Enum& to) {
  const auto number = from.take<std::uint8_t>();
  to = static_cast<Enum>(number);
  return number <= static_cast<std::uint8_t>(last);
}

std::uint16_t flags_of(const counter::idempotency_record& idempotency_record) {
  unsigned flags = 0;
  const auto set = [&flags](bool is_set, flag bit) { flags |= is_set ? unsigned{bit} : 0; };
  const auto& [parameters, reply, forget_at] = idempotency_record;
  set(parameters.create, creates);
  set(parameters.min.has_value(), has_min);
  set(parameters.max.has_value(), has_max);
  set(parameters.ttl.has_value(), has_ttl);
  set(reply.before.has_value(), has_before);
  set(reply.before && reply.before->expires_at, before_expires);
  set(reply.after.has_value(), has_after);
  set(reply.after && reply.after->expires_at, after_expires);
  set(reply.deletion_version != 0, has_deletion_version);
  set(reply.outcome != counter::outcome::ok, has_outcome);
  return static_cast<std::uint16_t>(flags);
}

/// There is no expiry without its state, and no unknown flag.
bool are_valid(unsigned flags) {
  return (flags & ~unsigned{all_flags}) == 0 && (!(flags & before_expires) || flags & has_before) &&
         (!(flags & after_expires) || flags & has_after);
}

}  // namespace

void append(std::string& to, const counter::state& state) {
  put(to, state.version);
  put(to, state.value);
  if (state.expires_at)
    put_time(to, *state.expires_at);
}

void encode(std::string& to, const counter::state& state) {
  to.clear();
  append(to, state);
}

bool decode(std::string_view from, counter::state& to) {
  constexpr std::size_t bytes = 16;
  byte_reader reader{from};
  to = take_state(reader, from.size() != bytes);
  return reader.is_at_end();
}

void encode(std::string& to, const counter::idempotency_record& idempotency_record) {
  const auto& [parameters, reply, forget_at] = idempotency_record;
  to.clear();
  put(to, flags_of(idempotency_record));
  put(to, static_cast<std::uint8_t>(parameters.operation));
  put(to, static_cast<std::uint8_t>(parameters.on_limit));
  put(to, static_cast<std::uint8_t>(parameters.ttl_mode));
  assert(reply.outcome == counter::outcome::ok || counter::is_definite_refusal(reply.outcome));
  assert(!reply.is_replayed);
  put(to, parameters.operand);
  put(to, parameters.initial);
  put_time(to, forget_at);
  if (parameters.min)
    put(to, *parameters.min);
  if (parameters.max)
    put(to, *parameters.max);
  if (parameters.ttl)
    put(to, static_cast<std::int64_t>(parameters.ttl->count()));
  if (reply.before)
    append(to, *reply.before);
  if (reply.after)
    append(to, *reply.after);
  if (reply.deletion_version != 0)
    put(to, reply.deletion_version);
  if (reply.outcome != counter::outcome::ok)
    put(to, static_cast<std::uint8_t>(reply.outcome));
}

bool decode(std::string_view from, counter::idempotency_record& to) {
  byte_reader reader{from};
  to = {};
  auto& [parameters, reply, forget_at] = to;
  const unsigned flags = reader.take<std::uint16_t>();
  if (!are_valid(flags) || !take_enum(reader, counter::operation::bind, parameters.operation) ||
      !take_enum(reader, counter::on_limit::clamp, parameters.on_limit) ||
      !take_enum(reader, counter::ttl_mode::persist, parameters.ttl_mode))
    return false;
  parameters.create = flags & creates;
  parameters.operand = reader.take<std::int64_t>();
  parameters.initial = reader.take<std::int64_t>();
  forget_at = take_time(reader);
  if (flags & has_min)
    parameters.min = reader.take<std::int64_t>();
  if (flags & has_max)
    parameters.max = reader.take<std::int64_t>();
  if (flags & has_ttl)
    parameters.ttl = std::chrono::seconds{reader.take<std::int64_t>()};
  if (flags & has_before)
    reply.before = take_state(reader, flags & before_expires);
  if (flags & has_after)
    reply.after = take_state(reader, flags & after_expires);
  if (flags & has_deletion_version)
    reply.deletion_version = reader.take<std::uint64_t>();
  if ((flags & has_deletion_version) != 0 && reply.deletion_version == 0)
    return false;
  if (flags & has_outcome) {
    reply.outcome = static_cast<counter::outcome>(reader.take<std::uint8_t>());
    if (!counter::is_definite_refusal(reply.outcome))
      return false;
  }
  return reader.is_at_end();
}

}  // namespace storage
