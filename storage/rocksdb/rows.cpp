#include "storage/rocksdb/rows.hpp"

#include "counter/limits.hpp"
#include "counter/name.hpp"
#include "storage/rocksdb/bytes.hpp"

#include <cassert>
#include <chrono>
#include <cstddef>
#include <optional>

namespace storage {

namespace {

using counter::due_entry;
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
static_assert(number(due_entry::kind_type::counter) == 0 &&
              number(due_entry::kind_type::idempotency_record) == 1);

/// A name, an idempotency key, and a position in a batch.
constexpr std::size_t id_bytes_max =
    counter::limits::name_bytes_max + counter::limits::idempotency_key_bytes_max + 4;

/// Bytes whose order is the order of the numbers: the highest first. With the sign bit
/// flipped, so for signed ones.
constexpr std::size_t ordered_bytes = 8;
constexpr auto sign = std::uint64_t{1} << 63;

void put_ordered(std::string& to, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8)
    to += static_cast<char>(number >> shift & 0xff);
}

/// Decodes put_ordered().
std::uint64_t take_ordered(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes)
    number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

void begin(std::string& key, row kind) {
  key.assign(1, static_cast<char>(kind));
}

bool begins(std::string_view key, row kind) {
  return !key.empty() && key.front() == static_cast<char>(kind);
}

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

// -- keys ---------------------------------------------------------------------

void counter_key(std::string& to, std::string_view name) {
  begin(to, row::counter);
  to += name;
}

void idempotency_record_key(std::string& to, std::string_view id) {
  begin(to, row::idempotency_record);
  to += id;
}

void due_bound(std::string& to, time_point at) {
  begin(to, row::due);
  put_ordered(to, static_cast<std::uint64_t>(at.time_since_epoch().count()) ^ sign);
}

void due_key(std::string& to, due_entry::kind_type kind, std::string_view id, time_point at) {
  due_bound(to, at);
  put(to, static_cast<std::uint8_t>(kind));
  to += id;
}

void shard_key(std::string& to, std::uint32_t shard) {
  begin(to, row::shard);
  put(to, shard);
}

void changes_key(std::string& to, std::uint64_t number) {
  begin(to, row::changes);
  put_ordered(to, number);
}

bool decode_counter_key(std::string_view key, std::string_view& name) {
  if (!begins(key, row::counter))
    return false;
  name = key.substr(1);
  return counter::is_valid_name(name);
}

bool decode_idempotency_record_key(std::string_view key, std::string_view& id) {
  if (!begins(key, row::idempotency_record))
    return false;
  id = key.substr(1);
  return !id.empty() && id.size() <= id_bytes_max;
}

bool decode_due_key(std::string_view key, due_entry& to) {
  if (!begins(key, row::due) || key.size() < 1 + ordered_bytes + 2)
    return false;
  to.at = time_point{
      milliseconds{static_cast<std::int64_t>(take_ordered(key.substr(1, ordered_bytes)) ^ sign)}};
  const auto kind = static_cast<unsigned char>(key[1 + ordered_bytes]);
  to.kind = static_cast<due_entry::kind_type>(kind);
  to.id = key.substr(1 + ordered_bytes + 1);
  switch (kind) {
    case static_cast<unsigned char>(due_entry::kind_type::counter):
      return counter::is_valid_name(to.id);
    case static_cast<unsigned char>(due_entry::kind_type::idempotency_record):
      return to.id.size() <= id_bytes_max;
    default:
      return false;
  }
}

bool decode_shard_key(std::string_view key, std::uint32_t& shard) {
  if (!begins(key, row::shard))
    return false;
  byte_reader from{key.substr(1)};
  shard = from.take<std::uint32_t>();
  return from.is_at_end();
}

bool decode_changes_key(std::string_view key, std::uint64_t& number) {
  if (!begins(key, row::changes) || key.size() != 1 + ordered_bytes)
    return false;
  number = take_ordered(key.substr(1));
  return true;
}

std::string end_of(std::string_view prefix) {
  // Ends at the first byte at the latest, which is not 0xff.
  while (prefix.back() == '\xff')
    prefix.remove_suffix(1);
  std::string end{prefix};
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

// -- values -------------------------------------------------------------------

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

void encode(std::string& to, const shard_row& row) {
  to.clear();
  put(to, row.version);
  put_time(to, row.now);
  put(to, row.counters);
  put(to, row.idempotency_records);
}

bool decode(std::string_view from, shard_row& to) {
  byte_reader reader{from};
  to.version = reader.take<std::uint64_t>();
  to.now = take_time(reader);
  to.counters = reader.take<std::int64_t>();
  to.idempotency_records = reader.take<std::int64_t>();
  return reader.is_at_end();
}

}  // namespace storage
