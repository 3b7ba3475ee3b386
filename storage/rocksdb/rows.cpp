#include "storage/rocksdb/rows.hpp"

#include "counter/limits.hpp"
#include "counter/name.hpp"
#include "storage/encoding/bytes.hpp"

#include <cassert>
#include <chrono>
#include <cstddef>
#include <optional>

namespace storage {

namespace {

using counter::due_entry;
using counter::time_point;
using std::chrono::milliseconds;

// These numbers are stored: enumerators may be added, and must not be renumbered.
static_assert(static_cast<int>(due_entry::kind_type::counter) == 0 &&
              static_cast<int>(due_entry::kind_type::idempotency_record) == 1);

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
