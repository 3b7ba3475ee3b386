#pragma once

#include "counter/shard/ledger.hpp"
#include "counter/state.hpp"
#include "counter/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace storage {

// What is on the disk, format 1. The first byte of a key says what its row is;
// integers have their lowest byte first unless told:
//
//   'c' name                -> version u64, value i64, expiry i64 where it has one
//   'r' id                  -> a replay, see rows.cpp
//   'd' time kind u8 id     -> nothing; time has its highest byte first and its
//                              sign flipped, so that byte order is time order
//   's' shard u32           -> version u64, now i64, counters i64, replays i64
//   'g' number u64          -> what a group did to counters, or a part of it, see
//                              changes.hpp; the number has its highest byte first
//
// Times are milliseconds since 1970. There is a 'd' row for every counter with
// an expiry (kind 0) and for every replay (kind 1), and no other. The counters
// and replays of an 's' row are what that shard added and took away since the
// first start: a sum over all shards, whatever their number was, is what there
// is. What the last 'g' row that has a counter says of it goes before its 'c' row. Every value is
// of one length for what it says; anything else is damage.

/// The format that is written; a directory with a greater one is refused.
inline constexpr unsigned format = 1;

/// What the first byte of a key says.
enum class row : char {
  counter = 'c',
  due = 'd',
  changes = 'g',
  idempotency_record = 'r',
  shard = 's'
};

/// What a shard wrote last, with all of its changes so far in sum.
struct shard_row {
  std::uint64_t version = 0;
  counter::time_point now{};
  std::int64_t counters = 0;
  std::int64_t idempotency_records = 0;

  bool operator==(const shard_row&) const = default;
};

// Keys and values take the place of what is in `to`.

void counter_key(std::string& to, std::string_view name);
void idempotency_record_key(std::string& to, std::string_view id);
void due_key(std::string& to, counter::due_entry::what kind, std::string_view id,
             counter::time_point at);
/// Not greater than any 'd' row of `at`, and greater than all before.
void due_bound(std::string& to, counter::time_point at);
void shard_key(std::string& to, std::uint32_t shard);
void changes_key(std::string& to, std::uint64_t number);

void append(std::string& to, const counter::state& state);
void encode(std::string& to, const counter::state& state);
void encode(std::string& to, const counter::idempotency_record& idempotency_record);
void encode(std::string& to, const shard_row& row);

// False where `from` is not what was encoded; `to` is worthless then.

bool decode(std::string_view from, counter::state& to);
bool decode(std::string_view from, counter::idempotency_record& to);
bool decode(std::string_view from, shard_row& to);

/// The name, id, shard or number of a key, with its first byte; false where there can be
/// no such key.
bool decode_counter_key(std::string_view key, std::string_view& name);
bool decode_idempotency_record_key(std::string_view key, std::string_view& id);
bool decode_due_key(std::string_view key, counter::due_entry& to);
bool decode_shard_key(std::string_view key, std::uint32_t& shard);
bool decode_changes_key(std::string_view key, std::uint64_t& number);

/// The least key that is greater than every one that begins with `prefix`, which
/// is not empty and begins with a row's byte.
std::string end_of(std::string_view prefix);

}  // namespace storage
