#pragma once

#include "counter/shard/ledger.hpp"
#include "counter/time.hpp"
#include "storage/encoding/states.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace storage {

// The rows of the database, format 1. The first byte of a key says which kind of row it
// is. Integers have their lowest byte first, except where stated; times are milliseconds
// since 1970.
//
//   key                     value
//   'c' name                a counter, see states.hpp
//   'r' id                  an idempotency record, see states.cpp
//   'd' time kind u8 id     empty: that counter (kind 0) or record (kind 1) is due then. The
//                           time is an i64, its highest byte first and its sign bit flipped,
//                           so that the order of the bytes is the order of the times
//   's' shard u32           a shard: version u64, now i64, counters i64, records i64
//   'g' number u64          changes of counters by a group, or a part of them, see
//                           changes.hpp; the number has its highest byte first
//
// There is one 'd' row for every counter with an expiry and for every idempotency record,
// and no other. An 's' row counts the counters and records that its shard has added, less
// those it has removed, since the first start: the sums over all 's' rows are the totals,
// however many shards each run had. The last 'g' row that has a change of a counter takes
// precedence over its 'c' row.
//
// The contents of a value determine its length; a value of another length is damaged.

/// The format that is written. A directory with a greater one is refused.
inline constexpr unsigned format = 1;

/// The kinds of rows, as the first byte of their keys.
enum class row : char {
  counter = 'c',
  due = 'd',
  changes = 'g',
  idempotency_record = 'r',
  shard = 's'
};

struct shard_row {
  std::uint64_t version = 0;             ///< the greatest that the shard has given out
  counter::time_point now{};             ///< the latest time that it has acted upon
  std::int64_t counters = 0;             ///< added, less those removed
  std::int64_t idempotency_records = 0;  ///< added, less those removed

  bool operator==(const shard_row&) const = default;
};

// Encoders of keys and values replace what is in their first argument; append() appends.

void counter_key(std::string& to, std::string_view name);
void idempotency_record_key(std::string& to, std::string_view id);
void due_key(std::string& to, counter::due_entry::kind_type kind, std::string_view id,
             counter::time_point at);
/// The least key of the 'd' rows that are due at `at`.
void due_bound(std::string& to, counter::time_point at);
void shard_key(std::string& to, std::uint32_t shard);
void changes_key(std::string& to, std::uint64_t number);

void encode(std::string& to, const shard_row& row);

// Decoders return false if `from` cannot be what an encoder has written; what they set is
// unspecified then.

bool decode(std::string_view from, shard_row& to);

// These take a key with its first byte, and return false for a key of another kind, too.
// A name or id refers to the bytes of the key.

bool decode_counter_key(std::string_view key, std::string_view& name);
bool decode_idempotency_record_key(std::string_view key, std::string_view& id);
bool decode_due_key(std::string_view key, counter::due_entry& to);
bool decode_shard_key(std::string_view key, std::uint32_t& shard);
bool decode_changes_key(std::string_view key, std::uint64_t& number);

/// The least key that is greater than every key with this prefix, which begins with the
/// byte of a row.
std::string end_of(std::string_view prefix);

}  // namespace storage
